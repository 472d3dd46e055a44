import type { z } from "zod";
import { hclSpecOf } from "./schema/hcl-spec-of.ts";
import type { PackerSettings } from "./settings.ts";

/** What a data source's `run` is given. */
export interface DataSourceContext<Config> {
  config: Config;
  /** Aborted when Packer goes away. */
  signal: AbortSignal;
  packer: PackerSettings;
}

/** A data source as its author writes it. */
export interface DataSourceDefinition<
  Schema extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  /** The settings that it takes; the fields are named as they are in HCL. */
  config: Schema;
  /** What it answers: the attributes that templates read as `data.<type>.<name>.<attribute>`. */
  output: Output;
  run(context: DataSourceContext<z.output<Schema>>): Promise<z.input<Output>>;
}

/**
 * Defines a data source; the types of its settings and its answer follow from the schemas.
 *
 * @throws {PluginError} `SCHEMA_NOT_EXPRESSIBLE` where HCL cannot express a schema; the message names field and cure.
 */
export function defineDataSource<Schema extends z.ZodObject, Output extends z.ZodObject>(
  definition: DataSourceDefinition<Schema, Output>,
): DataSourceDefinition<Schema, Output> {
  hclSpecOf(definition.config, "data-source");
  hclSpecOf(definition.output);
  return definition;
}
