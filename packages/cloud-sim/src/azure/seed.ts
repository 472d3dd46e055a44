import { snapshotOfFiles } from "../machine/snapshot.ts";
import type { Body } from "./input.ts";
import type { AzureSeedGroup, Resource } from "./model.ts";
import type { Resources } from "./resources.ts";

/** Makes a resource group that is there from the start, with what it holds. */
export function seedGroup(resources: Resources, seed: AzureSeedGroup): void {
  const { name: group, location } = seed;
  resources.putGroup({ name: group, location, tags: {}, isSeed: true, isDeleting: false });
  const put = (type: string, names: string[], body: Body): Resource | undefined => {
    const kind = resources.kind(type);
    if (kind === undefined) return undefined;
    const resource = resources.put(kind, { group, type, names }, { location, ...body }, true);
    resource.state = "Succeeded";
    return resource;
  };
  for (const account of seed.storageAccounts ?? []) {
    put("Microsoft.Storage/storageAccounts", [account], {});
    resources.blobs.addContainer(account, "images");
  }
  for (const image of seed.images ?? []) seedImage(put, image);
  for (const gallery of seed.galleries ?? []) {
    put("Microsoft.Compute/galleries", [gallery.name], {});
    for (const { name, osType = "Linux", osState = "Generalized", versions } of gallery.images) {
      const identifier = { publisher: "Packerkit", offer: name, sku: name };
      const properties = { osType, osState, hyperVGeneration: "V2", identifier };
      put("Microsoft.Compute/galleries/images", [gallery.name, name], { properties });
      for (const { version, image } of versions ?? []) {
        const id = resources.idOf({ group, type: "Microsoft.Compute/images", names: [image] });
        put("Microsoft.Compute/galleries/images/versions", [gallery.name, name, version], {
          properties: { storageProfile: { source: { id } } },
        });
      }
    }
  }
  for (const [network, subnets] of Object.entries(seed.virtualNetworks ?? {})) {
    put("Microsoft.Network/virtualNetworks", [network], {
      properties: {
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
        subnets: subnets.map((name) => ({ name, properties: { addressPrefix: "10.0.0.0/24" } })),
      },
    });
  }
}

function seedImage(
  put: (type: string, names: string[], body: Body) => Resource | undefined,
  name: string,
): void {
  const blobUri = "https://packerkitstore.blob.core.windows.net/images/golden.vhd";
  const osDisk = { osType: "Linux", osState: "Generalized", blobUri };
  const image = put("Microsoft.Compute/images", [name], {
    properties: { storageProfile: { osDisk } },
  });
  if (image !== undefined) image.files = snapshotOfFiles({ "/etc/image": `${name}\n` });
}
