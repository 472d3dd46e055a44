import { type Config, ctyToPlain } from "@packerkit/plugin-protocol";
import type { z } from "zod";
import { PluginError } from "./errors.ts";
import { isRecord, mergeSettings } from "./schema/merge.ts";
import { type NormalisedSettings, normalise } from "./schema/normalise.ts";
import {
  attributeName,
  type ConfigProblem,
  isDueToUnknown,
  problemsOf,
  unknownAttribute,
} from "./schema/problems.ts";
import { shapeOf } from "./schema/shape-of.ts";
import { type PackerSettings, readPackerSettings, sensitiveValues } from "./settings.ts";

export type { ConfigProblem } from "./schema/problems.ts";

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

/** What a component's settings say, once read. */
export interface ReadConfig<Config> {
  /**
   * The settings, checked and completed. Undefined where all that is wrong with them is that Packer does not know some
   * values yet, as in `packer validate`, or before a build for a provisioner that uses `build.ID`: it will configure
   * the component again.
   */
  readonly config: Config | undefined;
  /** Packer's own settings. */
  readonly packer: PackerSettings;
  /** For the user: fields with `.meta({ deprecated: true, instead: "use x" })` that are set. */
  readonly warnings: readonly string[];
  /** Texts that must not be shown: of fields with `.meta({ sensitive: true })`, and of sensitive variables. */
  readonly sensitive: readonly string[];
}

/**
 * Reads a component's settings by its schema, out of the parts that Packer sends: later ones win, see
 * {@link mergeSettings}. Attributes that are null count as not set and take their default, in blocks too. Values are
 * converted as Packer converts them for Go plugins. Old-style templates in texts, such as `{{ .BuildName }}` and
 * ``{{ user `name` }}``, are not evaluated.
 *
 * @throws {ConfigError} with all problems at once, by HCL attribute; values of sensitive fields and variables are masked.
 * @throws {PluginError} `SCHEMA_NOT_EXPRESSIBLE`
 */
export function readConfigs<Schema extends z.ZodObject>(
  component: string,
  schema: Schema,
  configs: readonly Config[],
): ReadConfig<z.output<Schema>> {
  const own = withoutPlaceholders(configs.map(plainConfig));
  const packer = readPackerSettings(...own);
  const normal = normalise(mergeSettings(own), shapeOf(schema));
  const sensitive = [...normal.sensitive, ...sensitiveValues(packer)];
  const { config, problems } = check(schema, normal);
  if (problems.length > 0) throw new ConfigError(component, masked(problems, sensitive));
  return { config, packer, warnings: normal.deprecated.map(deprecation), sensitive };
}

/**
 * Reads a component's settings by its schema, where nothing is unknown: in a program that runs without Packer. See
 * {@link readConfigs}.
 *
 * @throws {ConfigError} with all problems at once.
 */
export function parseConfig<Schema extends z.ZodObject>(
  component: string,
  schema: Schema,
  settings: Readonly<Record<string, unknown>>,
): z.output<Schema> {
  const { config } = readConfigs(component, schema, [{ kind: "plain", value: settings }]);
  if (config !== undefined) return config;
  throw new ConfigError(component, [
    { attribute: "", message: 'holds "<unknown>", which stands for a value that is not known yet' },
  ]);
}

function check<Schema extends z.ZodObject>(
  schema: Schema,
  { settings, unknown }: NormalisedSettings,
): { config: z.output<Schema> | undefined; problems: ConfigProblem[] } {
  const problems = unknown.map(unknownAttribute);
  const result = schema.safeParse(settings);
  if (result.success) return { config: result.data, problems };
  const certain = result.error.issues.filter((issue) => !isDueToUnknown(issue, settings));
  return {
    config: undefined,
    problems: [...problems, ...certain.flatMap((issue) => problemsOf(issue, settings))],
  };
}

function plainConfig(config: Config): Readonly<Record<string, unknown>> {
  const plain = config.kind === "cty" ? ctyToPlain(config.value) : config.value;
  return isRecord(plain) ? plain : {};
}

/**
 * Without the last part where it holds the placeholders of a build's data, which a JSON template's provisioners and
 * post-processors get. Source: packer-plugin-sdk `template/config/decode.go`, `DetectContextData`.
 */
function withoutPlaceholders(
  parts: readonly Readonly<Record<string, unknown>>[],
): readonly Readonly<Record<string, unknown>>[] {
  const id = parts.at(-1)?.["PackerRunUUID"];
  const isPlaceholder = typeof id === "string" && id.includes("Build_PackerRunUUID.");
  return isPlaceholder ? parts.slice(0, -1) : parts;
}

function deprecation({ path, instead }: NormalisedSettings["deprecated"][number]): string {
  return `${attributeName(path)} is deprecated${instead === "" ? "" : `: ${instead}`}`;
}

function masked(problems: readonly ConfigProblem[], secrets: readonly string[]): ConfigProblem[] {
  const longestFirst = secrets.toSorted((left, right) => right.length - left.length);
  const mask = (text: string) =>
    longestFirst.reduce((hidden, secret) => hidden.replaceAll(secret, "<sensitive>"), text);
  return problems.map(({ attribute, message }) => ({ attribute, message: mask(message) }));
}
