import type { AzureStandIn } from "@packerkit/cloud-sim";
import type { Expectations, Subject } from "@packerkit/conformance";
import { describeArtifactConformance } from "@packerkit/conformance/vitest";
import {
  ARM_BUILDER_ID,
  ArmArtifact,
  type ArmArtifactOptions,
  type AzureClient,
  CHROOT_BUILDER_ID,
  ChrootArtifact,
} from "../src/index.ts";
import {
  build,
  clientOf,
  GALLERY,
  idOf,
  leftovers,
  MANAGED_IMAGE,
  startCloud,
  VHD,
} from "./cloud.ts";

const SECRET = "a-secret-that-must-not-show";

/** What every artifact of this package must look like. */
const shared: Expectations = {
  provider: "azure",
  region: /^westeurope$/,
  sourceId:
    /^\/subscriptions\/[0-9a-f-]+\/providers\/Microsoft\.Compute\/locations\/westeurope\/publishers\/Canonical\//,
  stateKeys: ["generated_data"],
  secrets: [SECRET],
};

const MANAGED = {
  id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/web-1",
  name: "web-1",
  group: "g",
  location: "westeurope",
  snapshotIds: [],
};

/** A build's artifact, with the operation that fails where destroying it fails, and what stays then. */
async function armSubject(
  settings: object,
  example: Omit<ArmArtifactOptions, "client" | "osType">,
  broken: { operation: string; stays: (cloud: AzureStandIn) => string[] },
): Promise<Subject> {
  const cloud = await startCloud({ clientSecret: SECRET });
  const artifact = await build(cloud, settings);
  return {
    artifact,
    withGeneratedData: async (generatedData) =>
      new ArmArtifact({
        client: await clientOf(cloud),
        osType: "Linux",
        ...example,
        generatedData,
      }),
    remaining: () => leftovers(cloud),
    breakDestroy() {
      const { operation, stays } = broken;
      const times = Number.POSITIVE_INFINITY;
      cloud.faults.inject({ operation, kind: "error", status: 403, code: "Locked", times });
      return stays(cloud);
    },
    dispose: () => cloud.close(),
  };
}

describeArtifactConformance(
  "the managed image",
  () =>
    armSubject(
      MANAGED_IMAGE,
      { managedImage: MANAGED },
      {
        operation: "Images_Delete",
        stays: () => ["images web-1"],
      },
    ),
  {
    ...shared,
    builderId: ARM_BUILDER_ID,
    imageId: /\/providers\/Microsoft\.Compute\/images\/web-1$/,
    labels: ["managed_image_name", "managed_image_resourcegroup_name", "os_type"],
  },
);

const GALLERY_LABELS = [
  "sig_image_name",
  "sig_image_version",
  "sig_name",
  "sig_replicated_regions",
  "sig_resource_group",
];

const GALLERY_KEYS = [
  "arm.ManagedImageSigPublishResourceGroup",
  "arm.ManagedImageSharedGalleryName",
  "arm.ManagedImageSharedGalleryImageName",
  "arm.ManagedImageSharedGalleryImageVersion",
  "arm.ManagedImageSharedGalleryReplicationRegions",
];

describeArtifactConformance(
  "the gallery's image version",
  () =>
    armSubject(
      GALLERY,
      {
        galleryVersion: {
          id: `${MANAGED.id}/versions/1.0.0`,
          group: "g",
          gallery: "gallery",
          image: "web",
          version: "1.0.0",
          location: "westeurope",
          regions: ["westeurope"],
        },
      },
      {
        operation: "GalleryImageVersions_Delete",
        stays: () => ["versions packerkit_gallery/web/1.0.0"],
      },
    ),
  {
    ...shared,
    builderId: ARM_BUILDER_ID,
    imageId: /\/galleries\/packerkit_gallery\/images\/web\/versions\/1\.0\.0$/,
    labels: GALLERY_LABELS,
    stateKeys: ["generated_data", ...GALLERY_KEYS],
  },
);

describeArtifactConformance(
  "the VHDs",
  () =>
    armSubject(
      { ...VHD, disk_additional_size: [1, 2] },
      { vhd: { osDiskUrl: "https://x/y/z.vhd", dataDiskUrls: [], location: "westeurope" } },
      {
        operation: "Blob_Delete",
        stays: (cloud) => cloud.snapshot().blobs,
      },
    ),
  {
    ...shared,
    builderId: ARM_BUILDER_ID,
    imageId: /^https:\/\/.*\/images\/web-pkros[a-z0-9]{10}\.vhd$/,
    labels: ["storage_account_location"],
  },
);

describeArtifactConformance(
  "the managed image with a version, VHDs, snapshots and its system disk",
  () =>
    armSubject(
      {
        ...MANAGED_IMAGE,
        ...GALLERY,
        ...VHD,
        location: undefined,
        build_resource_group_name: "packerkit-images",
        keep_os_disk: true,
        temp_os_disk_name: "system",
        disk_additional_size: [1],
        managed_image_os_disk_snapshot_name: "system_1",
        managed_image_data_disk_snapshot_prefix: "data_",
      },
      { managedImage: { ...MANAGED, osDiskId: `${MANAGED.id}-disk` } },
      { operation: "Snapshots_Delete", stays: () => ["snapshots system_1", "snapshots data_0"] },
    ),
  {
    ...shared,
    builderId: ARM_BUILDER_ID,
    imageId: /\/providers\/Microsoft\.Compute\/images\/web-1$/,
    labels: ["os_disk_uri", "os_type", "storage_account_location", ...GALLERY_LABELS],
    stateKeys: ["generated_data", ...GALLERY_KEYS],
  },
);

const SOURCE = { SourceImageName: "/subscriptions/s/providers/Microsoft.Compute/source" };

describeArtifactConformance(
  "the resources of a chroot build",
  async () => {
    const cloud = await startCloud({ clientSecret: SECRET });
    const client = await clientOf(cloud);
    const ids = ["Web-2", "Web-1"].map((name) => idOf(cloud, `Microsoft.Compute/images/${name}`));
    for (const id of ids) await createImage(client, id);
    const resources = Object.fromEntries(ids.map((id) => [id, "westeurope"]));
    return {
      artifact: new ChrootArtifact({ client, resources, generatedData: SOURCE }),
      withGeneratedData: (generatedData: unknown) =>
        new ChrootArtifact({ client, resources, generatedData }),
      remaining: () => leftovers(cloud),
      breakDestroy() {
        cloud.faults.inject({ operation: "Images_Delete", kind: "error", status: 403 });
        return ["images Web-2"];
      },
      dispose: () => cloud.close(),
    };
  },
  {
    ...shared,
    builderId: CHROOT_BUILDER_ID,
    imageId: /\/providers\/Microsoft\.Compute\/images\/Web-[12]$/,
    sourceId: /source$/,
  },
);

async function createImage(client: AzureClient, id: string): Promise<void> {
  const blobUri = "https://packerkitstore.blob.core.windows.net/images/golden.vhd";
  const osDisk = { osType: "Linux", osState: "Generalized", blobUri } as const;
  const operation = await client.createImage(id, {
    location: "westeurope",
    storageProfile: { osDisk },
  });
  await operation.wait();
}
