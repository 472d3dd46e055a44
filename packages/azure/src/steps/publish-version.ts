import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import type { GalleryImageVersion } from "../client.ts";
import { leftBehind, make, unmake } from "../made.ts";
import { regionsOf } from "../regions.ts";
import { replace } from "../replace.ts";

/** Makes the version of a gallery's image, with its copies. Where the build does not succeed, it is removed. */
export function publishVersion(ui: Ui, isForced: boolean): Step<BuildState> {
  return {
    name: "Publish the image version",
    async run(state, signal) {
      const { client, config, location, version } = state;
      if (version === undefined) return;
      const regions = regionsOf(config, location).map(({ name }) => name);
      const patience = {
        signal,
        timeout: config.shared_image_gallery_timeout,
        setting: "shared_image_gallery_timeout",
      };
      await replace(version, { client, ui, isForced, patience }, "image_version");
      ui.say(`Publishing the image version in ${regions.join(", ")}`);
      const request = versionRequest(state);
      await make(version, patience, () => client.createGalleryVersion(version.id, request));
    },
    async cleanUp({ client, version }, outcome) {
      if (outcome !== "succeeded" && version !== undefined) await unmake(version, { client, ui });
    },
    leftBehind: ({ version }) => leftBehind(version),
  };
}

/** Source: packer-plugin-azure 2.6, `builder/azure/arm/step_publish_to_shared_image_gallery.go`. */
function versionRequest(state: BuildState): GalleryImageVersion {
  const { config, image, location, machine, tags } = state;
  const gallery = config.shared_image_gallery_destination;
  const endOfLife = config.shared_gallery_image_version_end_of_life_date;
  return {
    location,
    tags: { ...tags },
    storageProfile: {
      source: image === undefined ? { virtualMachineId: machine.id } : { id: image.id },
    },
    publishingProfile: {
      replicaCount: config.shared_image_gallery_replica_count ?? 1,
      replicationMode: gallery?.use_shallow_replication ? "Shallow" : "Full",
      storageAccountType: gallery?.storage_account_type ?? "Standard_LRS",
      excludeFromLatest: config.shared_gallery_image_version_exclude_from_latest,
      ...(endOfLife === undefined ? {} : { endOfLifeDate: new Date(endOfLife) }),
      targetRegions: regionsOf(config, location).map(({ name, replicas, diskEncryptionSetId }) => ({
        name,
        regionalReplicaCount: replicas,
        ...(diskEncryptionSetId === undefined
          ? {}
          : { encryption: { osDiskImage: { diskEncryptionSetId } } }),
      })),
    },
  };
}
