import type { CtyValue } from "../cty/index.ts";
import type { HclObjectSpec } from "../hcl-spec/index.ts";
import type { CancelOptions } from "./builder.ts";
import type { Config } from "./config.ts";

/**
 * Looks something up for a template, as Packer drives it.
 *
 * Source: the interface `Datasource`, packer-plugin-sdk `packer/datasource.go`.
 */
export interface DataSource {
  configSpec(): HclObjectSpec | Promise<HclObjectSpec>;
  /** What {@link DataSource.execute} answers, as HCL attributes. */
  outputSpec(): HclObjectSpec | Promise<HclObjectSpec>;
  /** Reads and checks the settings; rejects where they cannot be used. */
  configure(configs: readonly Config[]): Promise<void>;
  execute(options: CancelOptions): Promise<CtyValue>;
}
