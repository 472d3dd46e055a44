import type { Communicator } from "./communicator.ts";
import type { Ui } from "./ui.ts";

/** The name under which a builder runs the template's provisioners. */
export const PROVISION_HOOK = "packer_provision";

/**
 * What Packer lends a builder so that it can call back, above all to provision.
 *
 * Source: the interface `Hook`, packer-plugin-sdk `packer/hook.go`.
 */
export interface Hook {
  /**
   * Runs what is registered under `name`, such as {@link PROVISION_HOOK}, against a machine.
   * `data` is the generated data that provisioners see as `build.…`.
   */
  run(
    name: string,
    ui: Ui,
    communicator: Communicator | undefined,
    data: Readonly<Record<string, unknown>>,
    options?: { signal?: AbortSignal },
  ): Promise<void>;
}
