import type { Hook, Ui } from "@packerkit/plugin-protocol";
import type { Artifact } from "@packerkit/registry-image";
import type { z } from "zod";
import { hclSpecOf } from "./schema/hcl-spec-of.ts";
import type { PackerSettings } from "./settings.ts";

/** What a builder's `run` is given. */
export interface BuildContext<Config> {
  /** The template's settings, checked and completed by the schema. */
  config: Config;
  ui: Ui;
  /** Calls back into Packer; `hook.run(PROVISION_HOOK, …)` runs the provisioners. */
  hook: Hook;
  /** Aborted when the build is cancelled. */
  signal: AbortSignal;
  packer: PackerSettings;
}

/** A builder as its author writes it. */
export interface BuilderDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** The settings that the builder takes; the fields are named as they are in HCL. */
  config: Schema;
  /** Keys of the generated data that `run` hands to the provisioners; templates see them as `build.<key>`. */
  generatedData?: readonly string[];
  /** Warnings about settings that are valid but deserve a word, such as deprecated ones. */
  warnings?(config: z.output<Schema>): readonly string[];
  /**
   * Builds, and answers the artifact; `undefined` where there is none to speak of. Whatever it created and does not
   * answer for, it removes, also when it throws.
   */
  run(context: BuildContext<z.output<Schema>>): Promise<Artifact | undefined>;
}

/**
 * Defines a builder; the types of its settings follow from the schema.
 *
 * @throws {PluginError} `SCHEMA_NOT_EXPRESSIBLE` where HCL cannot express the schema; the message names field and cure.
 */
export function defineBuilder<Schema extends z.ZodObject>(
  definition: BuilderDefinition<Schema>,
): BuilderDefinition<Schema> {
  hclSpecOf(definition.config, "builder");
  return definition;
}
