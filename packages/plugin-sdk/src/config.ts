import type { z } from "zod";
import { PluginError } from "./errors.ts";

/** One thing that is wrong with the settings of a component. */
export interface ConfigProblem {
  /** The attribute as the user wrote it, such as `source_image_filter.owners[0]`; empty for the whole block. */
  attribute: string;
  message: string;
}

/** Settings that do not fit the schema. The message lists every problem, one a line. */
export class ConfigError extends PluginError {
  override readonly name: string = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(component: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ attribute, message }) => `* ${attribute === "" ? "" : `${attribute}: `}${message}`,
    );
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super("INVALID_CONFIG", `${component}: ${count} with the configuration:\n${lines.join("\n")}`);
    this.problems = problems;
  }
}

/**
 * Reads a component's settings by its schema. Attributes that are `null`, as Packer sends unset ones, count as unset
 * and take their default.
 *
 * @throws {ConfigError} with all problems at once.
 */
export function parseConfig<Schema extends z.ZodObject>(
  component: string,
  schema: Schema,
  settings: Readonly<Record<string, unknown>>,
): z.output<Schema> {
  const result = schema.safeParse(withoutNulls(settings));
  if (result.success) return result.data;
  throw new ConfigError(
    component,
    result.error.issues.flatMap((issue): ConfigProblem[] =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({
            attribute: attributePath([...issue.path, key]),
            message: "is not an attribute of this component; check the spelling",
          }))
        : [{ attribute: attributePath(issue.path), message: issue.message }],
    ),
  );
}

function attributePath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

function withoutNulls(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => (entry === null ? [] : [[key, nested(entry)]])),
  );
}

function nested(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nested);
  if (
    typeof value === "object" &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    return withoutNulls(value as Record<string, unknown>);
  }
  return value;
}
