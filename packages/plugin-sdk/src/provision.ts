import { type Communicator, PROVISION_HOOK } from "@packerkit/plugin-protocol";
import type { BuildContext } from "./builder.ts";
import { messageOf } from "./errors.ts";
import type { Step } from "./steps.ts";

/** The hook that runs a template's `error-cleanup-provisioner`. */
const CLEANUP_PROVISION_HOOK = "packer_cleanup_provision";

/** The machine to provision, and what its provisioners may read. */
export interface ProvisionTarget {
  communicator: Communicator;
  /** The provider's id of the machine; provisioners see it as `build.ID`. */
  id: string;
  /** The builder's generated data; provisioners see each key as `build.<key>`. */
  data: Readonly<Record<string, unknown>>;
}

/**
 * The step in which the template's provisioners run. Where it or a later step fails, the template's
 * `error-cleanup-provisioner` runs as well.
 *
 * Source: packer-plugin-sdk `multistep/commonsteps/step_provision.go`.
 */
export function provisionStep<State>(
  { hook, ui }: Pick<BuildContext<unknown>, "hook" | "ui">,
  target: (state: State) => ProvisionTarget,
): Step<State> {
  return {
    name: "Provision",
    async run(state, signal) {
      const { communicator, ...rest } = target(state);
      await hook.run(PROVISION_HOOK, ui, communicator, provisionData(rest), { signal });
    },
    async onFailure(state, cause) {
      const { communicator, ...rest } = target(state);
      const data = { ...provisionData(rest), error: messageOf(cause) };
      await hook.run(CLEANUP_PROVISION_HOOK, ui, communicator, data);
    },
  };
}

/** What every provisioner may ask for, whether the builder has it or not, and the builder's own data. */
function provisionData({
  id,
  data,
}: Omit<ProvisionTarget, "communicator">): Record<string, unknown> {
  return {
    PackerRunUUID: process.env["PACKER_RUN_UUID"] ?? "",
    PackerHTTPAddr: "ERR_HTTP_ADDR_NOT_IMPLEMENTED_BY_BUILDER",
    PackerHTTPIP: "ERR_HTTP_IP_NOT_IMPLEMENTED_BY_BUILDER",
    PackerHTTPPort: "ERR_HTTP_PORT_NOT_IMPLEMENTED_BY_BUILDER",
    ...data,
    ID: id,
  };
}
