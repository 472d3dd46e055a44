import { PluginError } from "../errors.ts";

/** Says that a schema holds something that a template cannot say, where, and what to write in its place. */
export function notExpressible(path: string, problem: string, cure: string): PluginError {
  const place = path === "" ? "the schema" : `the field "${path}"`;
  return new PluginError(
    "SCHEMA_NOT_EXPRESSIBLE",
    `HCL cannot express ${place}: ${problem}; ${cure}`,
  );
}
