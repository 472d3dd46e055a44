import {
  type BuildContext,
  type ProvisionTarget,
  provisionStep,
  type Step,
} from "@packerkit/plugin-sdk";
import { generatedData, type InstanceState, instanceOf } from "../build-state.ts";
import { NoCommunicator } from "../no-communicator.ts";
import { orInstanceFailed } from "../watch-instance.ts";

/** Runs the template's provisioners on the instance. */
export function provision(
  context: Pick<BuildContext<unknown>, "hook" | "ui">,
): Step<InstanceState> {
  const step = provisionStep<InstanceState>(context, provisionTarget);
  return {
    ...step,
    run: (state, signal) => orInstanceFailed(state, signal, () => step.run(state, signal)),
  };
}

/** Source of the data: packer-plugin-sdk `multistep/commonsteps/step_provision.go`. */
function provisionTarget(state: InstanceState): ProvisionTarget {
  const { config, communicator, keyPair } = state;
  const { addresses, id } = instanceOf(state);
  const data = {
    ...generatedData(state),
    ConnType: config.communicator,
    Host: config.ssh_host ?? addresses[config.ssh_interface ?? "public_ip"] ?? "",
    Port: config.ssh_port,
    User: config.ssh_username ?? "",
    Password: config.ssh_password ?? "",
    SSHPrivateKey: keyPair.privateKey ?? "",
    SSHPrivateKeyFile: config.ssh_private_key_file ?? "",
    SSHAgentAuth: config.ssh_agent_auth,
  };
  return { communicator: communicator ?? new NoCommunicator(), id, data };
}
