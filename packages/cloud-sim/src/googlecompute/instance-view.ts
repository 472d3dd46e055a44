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
    disks: [
      {
        kind: "compute#attachedDisk",
        type: "PERSISTENT",
        mode: "READ_WRITE",
        boot: true,
        autoDelete: instance.autoDelete,
        deviceName: "persistent-disk-0",
        index: 0,
        source: selfLink(instance.bootDisk.path),
      },
    ],
    labels: block(request, "labels"),
    tags: { fingerprint: "42WmSpB8rSM=", items: block(request, "tags")["items"] ?? [] },
    scheduling: block(request, "scheduling"),
    serviceAccounts: blocks(request, "serviceAccounts").filter((account) => account["email"]),
    shieldedInstanceConfig: block(request, "shieldedInstanceConfig"),
  };
}

function networkInterface(instance: StoredInstance): object {
  const [nic = {}] = blocks(instance.request, "networkInterfaces");
  const network = text(nic, "network") || "global/networks/default";
  const isThere = instance.status === "RUNNING";
  return {
    kind: "compute#networkInterface",
    name: "nic0",
    network: selfLink(resourcePath(network, instance.project)),
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
