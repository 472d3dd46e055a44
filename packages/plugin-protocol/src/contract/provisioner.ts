import type { HclObjectSpec } from "../hcl-spec/index.ts";
import type { CancelOptions } from "./builder.ts";
import type { Communicator } from "./communicator.ts";
import type { Config } from "./config.ts";
import type { Ui } from "./ui.ts";

/**
 * Sets a machine up, as Packer drives it.
 *
 * Source: the interface `Provisioner`, packer-plugin-sdk `packer/provisioner.go`.
 */
export interface Provisioner {
  configSpec(): HclObjectSpec | Promise<HclObjectSpec>;
  /** Reads and checks the settings; rejects where they cannot be used. */
  prepare(configs: readonly Config[]): Promise<void>;
  /** `generatedData` holds what the builder made known, such as the machine's address. */
  provision(
    ui: Ui,
    communicator: Communicator,
    generatedData: Readonly<Record<string, unknown>>,
    options: CancelOptions,
  ): Promise<void>;
}
