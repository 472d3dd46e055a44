import type { Communicator, Ui } from "@packerkit/plugin-protocol";
import type { z } from "zod";
import { hclSpecOf } from "./schema/hcl-spec-of.ts";
import type { PackerSettings } from "./settings.ts";

/** What a provisioner's `run` is given. */
export interface ProvisionContext<Config> {
  config: Config;
  ui: Ui;
  /** Reaches into the machine that is being built. */
  communicator: Communicator;
  /** What the builder generated, such as the id of the source image. */
  generatedData: Readonly<Record<string, unknown>>;
  /** Aborted when the build is cancelled. */
  signal: AbortSignal;
  packer: PackerSettings;
}

/** A provisioner as its author writes it. */
export interface ProvisionerDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** The settings that it takes; the fields are named as they are in HCL. */
  config: Schema;
  run(context: ProvisionContext<z.output<Schema>>): Promise<void>;
}

/**
 * Defines a provisioner; the types of its settings follow from the schema.
 *
 * @throws {PluginError} `SCHEMA_NOT_EXPRESSIBLE` where HCL cannot express the schema; the message names field and cure.
 */
export function defineProvisioner<Schema extends z.ZodObject>(
  definition: ProvisionerDefinition<Schema>,
): ProvisionerDefinition<Schema> {
  hclSpecOf(definition.config, "provisioner");
  return definition;
}
