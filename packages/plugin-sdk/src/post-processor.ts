import type { AnyArtifact, RemoteArtifact, Ui } from "@packerkit/plugin-protocol";
import type { z } from "zod";
import { hclSpecOf } from "./schema/hcl-spec-of.ts";
import type { PackerSettings } from "./settings.ts";

/** What a post-processor's `run` is given. */
export interface PostProcessContext<Config> {
  config: Config;
  /** What came in. It lives in another process: each question is a call. */
  artifact: RemoteArtifact;
  ui: Ui;
  /** Aborted when the build is cancelled. */
  signal: AbortSignal;
  packer: PackerSettings;
}

/** What a post-processor makes of an artifact. */
export interface PostProcessResult {
  /** The artifact to go on with: a new one, or the one that came in. */
  artifact: AnyArtifact;
  /** Whether the artifact that came in should stay when the template does not say. Default: false. */
  keep?: boolean;
  /** Whether `keep` holds even against the template's `keep_input_artifact`. Default: false. */
  force?: boolean;
}

/** A post-processor as its author writes it. */
export interface PostProcessorDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** The settings that it takes; the fields are named as they are in HCL. */
  config: Schema;
  run(context: PostProcessContext<z.output<Schema>>): Promise<PostProcessResult>;
}

/**
 * Defines a post-processor; the types of its settings follow from the schema.
 *
 * @throws {PluginError} `SCHEMA_NOT_EXPRESSIBLE` where HCL cannot express the schema; the message names field and cure.
 */
export function definePostProcessor<Schema extends z.ZodObject>(
  definition: PostProcessorDefinition<Schema>,
): PostProcessorDefinition<Schema> {
  hclSpecOf(definition.config, "post-processor");
  return definition;
}
