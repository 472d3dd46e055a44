import type { HclObjectSpec } from "../hcl-spec/index.ts";
import type { Config } from "./config.ts";
import type { Hook } from "./hook.ts";
import type { AnyArtifact } from "./remote-artifact.ts";
import type { Ui } from "./ui.ts";

/** Options that every long operation takes. */
export interface CancelOptions {
  /** Aborted where the operation is to end early; the promise then rejects once everything is cleaned up. */
  signal: AbortSignal;
}

/** What a builder makes of its settings. */
export interface Preparation {
  /** Names of the generated data that provisioners and post-processors may use as `build.…`. */
  generatedVariables: readonly string[];
  warnings: readonly string[];
  /** Why the settings cannot be used, where they cannot. */
  error?: Error;
}

/**
 * Builds an image, as Packer drives it.
 *
 * Source: the interface `Builder`, packer-plugin-sdk `packer/builder.go`.
 */
export interface Builder {
  /** The settings it takes, as HCL blocks and attributes. */
  configSpec(): HclObjectSpec | Promise<HclObjectSpec>;
  /** Reads and checks the settings, given in one or more parts, of which later ones win. */
  prepare(configs: readonly Config[]): Promise<Preparation>;
  /** Builds; `undefined` where there is nothing to show for it. */
  run(ui: Ui, hook: Hook, options: CancelOptions): Promise<AnyArtifact | undefined>;
}
