import type { Config } from "@packerkit/plugin-protocol";
import type { z } from "zod";
import { readConfigs } from "../config.ts";
import { PluginError } from "../errors.ts";
import { log, maskInLog } from "../log.ts";
import type { PackerSettings } from "../settings.ts";

/** A component's settings, from the call that brings them to the call that needs them. */
export class Prepared<Schema extends z.ZodObject> {
  readonly #component: string;
  readonly #schema: Schema;
  #settings: { config: z.output<Schema> | undefined; packer: PackerSettings } | undefined;

  constructor(component: string, schema: Schema) {
    this.#component = component;
    this.#schema = schema;
  }

  /**
   * Reads the settings and keeps them; sensitive values are masked from then on. `config` is undefined where Packer
   * does not know all values yet.
   *
   * @throws {ConfigError}
   */
  read(configs: readonly Config[]): {
    config: z.output<Schema> | undefined;
    warnings: readonly string[];
  } {
    this.#settings = undefined;
    const read = readConfigs(this.#component, this.#schema, configs);
    maskInLog(read.sensitive);
    this.#settings = read;
    return read;
  }

  /** For components whose interface has no place for warnings: they go to the log. @throws {ConfigError} */
  readAndLogWarnings(configs: readonly Config[]): void {
    for (const warning of this.read(configs).warnings) log("WARN", warning);
  }

  /** @throws {PluginError} `UNSUPPORTED` where the settings never came, were refused, or are not known yet. */
  get(): { config: z.output<Schema>; packer: PackerSettings } {
    const { config, packer } = this.#settings ?? {};
    if (config !== undefined && packer !== undefined) return { config, packer };
    throw new PluginError(
      "UNSUPPORTED",
      `the ${this.#component} was run before all of its settings were known`,
    );
  }
}
