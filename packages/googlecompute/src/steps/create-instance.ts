import { maskInLog, type Step, type Ui } from "@packerkit/plugin-sdk";
import { generateSshKeyPair } from "@packerkit/ssh-communicator";
import type { BuildState } from "../build-state.ts";
import type { InstanceResource } from "../client.ts";
import type { GoogleComputeConfig } from "../config.ts";
import {
  buildOptions,
  instanceRequest,
  metadataOf,
  networkOf,
  serviceAccountOf,
} from "../instance-request.ts";
import { make, unmake } from "../made.ts";

/** Makes the instance that is provisioned, with its disk. Its clean-up removes what there is of both. */
export function createInstance(ui: Ui): Step<BuildState> {
  return {
    name: "Create the instance",
    async run(state, signal) {
      const { client, config, disk, instance } = state;
      if (makesKeys(config)) {
        state.keys = await generateSshKeyPair({ comment: config.ssh_username ?? "" });
        maskInLog([state.keys.privateKey]);
      }
      const request = await requestFor(state);
      ui.say(`Creating the instance ${instance.name}`);
      const patience = { client, ui, signal, timeout: config.state_timeout };
      try {
        await make(instance, patience, () => client.createInstance(instance, request));
      } finally {
        disk.mayExist = instance.mayExist;
        disk.isUncertain = instance.isUncertain;
      }
    },
    async cleanUp({ client, disk, instance }) {
      if (instance.mayExist) ui.say(`Deleting the instance ${instance.name}`);
      await unmake(instance, client, () => client.deleteInstance(instance));
      if (disk.mayExist) ui.say(`Deleting the disk ${disk.name}`);
      await unmake(disk, client, () => client.deleteDisk(disk));
    },
    leftBehind: ({ disk, instance }) => [
      ...(instance.mayExist ? [`instance ${instance.name}`] : []),
      ...(disk.mayExist ? [`disk ${disk.name}`] : []),
    ],
  };
}

/** Whether the login is by a key that is made for this build. */
function makesKeys(config: GoogleComputeConfig): boolean {
  const { communicator, ssh_agent_auth, ssh_password, ssh_private_key_file } = config;
  const hasOther = ssh_agent_auth || ssh_password !== undefined;
  return communicator === "ssh" && !hasOther && ssh_private_key_file === undefined;
}

async function requestFor(state: BuildState): Promise<InstanceResource> {
  const { config, disk, instance, keys, source } = state;
  return {
    ...instanceRequest({
      name: instance.name,
      zone: config.zone,
      machineType: config.machine_type,
      sourceImage: source?.selfLink ?? "",
      disk: { name: disk.name, sizeGb: config.disk_size, type: config.disk_type },
      network: networkOf(config, config.network_project_id ?? config.project_id),
      networkIp: config.network_ip,
      hasExternalAddress: !config.omit_external_ip,
      metadata: await metadataOf(config, keys?.publicKey),
      serviceAccount: serviceAccountOf(config),
    }),
    ...buildOptions(config),
  };
}
