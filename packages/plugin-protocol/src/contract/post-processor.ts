import type { HclObjectSpec } from "../hcl-spec/index.ts";
import type { CancelOptions } from "./builder.ts";
import type { Config } from "./config.ts";
import type { AnyArtifact, RemoteArtifact } from "./remote-artifact.ts";
import type { Ui } from "./ui.ts";

/** What a post-processor makes of an artifact. */
export interface PostProcessed {
  artifact: AnyArtifact;
  /** Whether the artifact that came in stays, where the template does not say. */
  keep: boolean;
  /** Whether `keep` holds whatever the template says. */
  forceOverride: boolean;
}

/**
 * Turns an artifact into another one, as Packer drives it.
 *
 * Source: the interface `PostProcessor`, packer-plugin-sdk `packer/post_processor.go`.
 */
export interface PostProcessor {
  configSpec(): HclObjectSpec | Promise<HclObjectSpec>;
  /** Reads and checks the settings; rejects where they cannot be used. */
  configure(configs: readonly Config[]): Promise<void>;
  /** May answer the artifact that came in; `undefined` where there is nothing to show for it. */
  postProcess(
    ui: Ui,
    artifact: RemoteArtifact,
    options: CancelOptions,
  ): Promise<PostProcessed | undefined>;
}
