import { block, blocks, text } from "./input.ts";
import type { StoredInstance } from "./model.ts";
import { resourcePath, selfLink } from "./names.ts";

/** Where instances answer from outside. */
const EXTERNAL_ADDRESS = "127.0.0.1";

/** An instance, as the API shows it. */
export function instanceView(instance: StoredInstance): object {
  const { path, project, zone, request } = instance;
  return {
    kind: "compute#instance",
    id: instance.id,
    name: instance.name,
    selfLink: selfLink(path),
    zone: selfLink(`projects/${project}/zones/${zone}`),
    creationTimestamp: instance.createdAt,
    status: instance.status,
    description: text(request, "description"),
    machineType: selfLink(resourcePath(text(request, "machineType"), project)),
    metadata: {
      kind: "compute#metadata",
      fingerprint: fingerprint(instance),
      items: [...instance.metadata].map(([key, value]) => ({ key, value })),
    },
    networkInterfaces: [networkInterface(instance)],
    disks: instance.disks.map(({ disk, isBoot, autoDelete, deviceName }, index) => ({
      kind: "compute#attachedDisk",
      type: "PERSISTENT",
      mode: "READ_WRITE",
      boot: isBoot,
      autoDelete,
      deviceName,
      index,
      source: selfLink(disk.path),
    })),
    labels: block(request, "labels"),
    tags: { fingerprint: "42WmSpB8rSM=", items: block(request, "tags")["items"] ?? [] },
    scheduling: block(request, "scheduling"),
    serviceAccounts: blocks(request, "serviceAccounts").filter((account) => account["email"]),
    shieldedInstanceConfig: block(request, "shieldedInstanceConfig"),
    advancedMachineFeatures: block(request, "advancedMachineFeatures"),
    minCpuPlatform: text(request, "minCpuPlatform"),
  };
}

function networkInterface(instance: StoredInstance): object {
  const [nic = {}] = blocks(instance.request, "networkInterfaces");
  const { project } = instance;
  const network = text(nic, "network") || "global/networks/default";
  const subnetwork = text(nic, "subnetwork");
  const isThere = instance.status === "RUNNING";
  return {
    kind: "compute#networkInterface",
    name: "nic0",
    network: selfLink(resourcePath(network, project)),
    ...(subnetwork === "" ? {} : { subnetwork: selfLink(resourcePath(subnetwork, project)) }),
    networkIP: instance.address,
    ...(instance.hasExternalAddress
      ? {
          accessConfigs: [
            {
              kind: "compute#accessConfig",
              name: "External NAT",
              type: "ONE_TO_ONE_NAT",
              ...(isThere ? { natIP: EXTERNAL_ADDRESS } : {}),
            },
          ],
        }
      : {}),
  };
}

/** What tells one state of an instance's metadata from another. */
export function fingerprint({ metadataVersion }: StoredInstance): string {
  return Buffer.from(`metadata-${metadataVersion}`).toString("base64");
}
