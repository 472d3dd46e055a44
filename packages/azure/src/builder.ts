import {
  type BuildContext,
  defineBuilder,
  provisionStep,
  runSteps,
  type Step,
} from "@packerkit/plugin-sdk";
import { readCredentials, subscriptionOf } from "./access.ts";
import { ArmArtifact } from "./artifact.ts";
import { type BuildState, generatedData, newState } from "./build-state.ts";
import { AzureClient } from "./client.ts";
import { type ArmConfig, configSchema } from "./config.ts";
import { findEnvironment } from "./environment.ts";
import { temporaryNames } from "./names.ts";
import { regionsOf } from "./regions.ts";
import { checkTarget } from "./steps/check-target.ts";
import { connect, provisionTarget } from "./steps/connect.ts";
import { copyVhds } from "./steps/copy-vhds.ts";
import { createGroup } from "./steps/create-group.ts";
import { createImage } from "./steps/create-image.ts";
import { createMachine } from "./steps/create-machine.ts";
import { createNetwork } from "./steps/create-network.ts";
import { findAddress } from "./steps/find-address.ts";
import { findSourceImage } from "./steps/find-source-image.ts";
import { publishVersion } from "./steps/publish-version.ts";
import { snapshotDisks } from "./steps/snapshot-disks.ts";
import { generalizeMachine, stopMachine } from "./steps/stop-machine.ts";

/**
 * Makes a machine from an image, provisions it, and makes a managed image, a gallery's image version or VHDs of its
 * disks.
 *
 * Source of the behaviour: packer-plugin-azure 2.6, `builder/azure/arm/builder.go`.
 */
export const armBuilder = defineBuilder({
  config: configSchema,
  generatedData: [
    "SourceImageName",
    "SubscriptionID",
    "TenantID",
    "TempComputeName",
    "TempDataDiskName",
    "TempNicName",
    "TempNsgName",
    "TempOSDiskName",
    "TempPublicIPAddressName",
    "TempResourceGroupName",
    "TempSubnetName",
    "TempVirtualNetworkName",
  ],

  async run(context) {
    const { packer, signal, ui } = context;
    const config: ArmConfig = context.config;
    const client = await AzureClient.connect({
      environment: await findEnvironment(config, signal),
      credentials: readCredentials(config),
      subscription: subscriptionOf(config) ?? "",
    });
    const names = temporaryNames(
      config.custom_resource_build_prefix ??
        (process.env["PACKER_AZURE_CUSTOM_RESOURCE_BUILD_PREFIX"] || undefined),
    );
    const state = newState(config, client, names);
    const { debug, onError } = packer;
    await runSteps(stepsFor({ ...context, config }), state, { ui, signal, onError, debug });
    return config.skip_create_image ? undefined : artifactOf(state);
  },
});

function stepsFor(context: BuildContext<ArmConfig>): Step<BuildState>[] {
  const { config, packer, ui } = context;
  const isGeneralized = config.shared_image_gallery_destination?.specialized !== true;
  const capture = [
    snapshotDisks(ui, packer.force),
    ...(isGeneralized ? [generalizeMachine(ui)] : []),
    ...(config.managed_image_name === undefined ? [] : [createImage(ui, packer.force)]),
    ...(config.storage_account === undefined ? [] : [copyVhds(ui)]),
    ...(config.shared_image_gallery_destination === undefined
      ? []
      : [publishVersion(ui, packer.force)]),
  ];
  return [
    checkTarget(ui, packer.force),
    findSourceImage(ui),
    createGroup(ui),
    createNetwork(ui),
    createMachine(ui),
    ...(config.communicator === "ssh" ? [findAddress(ui), connect(ui)] : []),
    provisionStep(context, provisionTarget),
    stopMachine(ui),
    ...(config.skip_create_image ? [] : capture),
  ];
}

function artifactOf(state: BuildState): ArmArtifact {
  const { client, config, image, location, osDisk, snapshots, version } = state;
  const gallery = config.shared_image_gallery_destination;
  return new ArmArtifact({
    client,
    osType: "Linux",
    generatedData: generatedData(state),
    managedImage: image && {
      id: image.id,
      name: config.managed_image_name ?? "",
      group: config.managed_image_resource_group_name ?? "",
      location,
      osDiskId: config.keep_os_disk ? osDisk.id : undefined,
      snapshotIds: snapshots.map(({ snapshot }) => snapshot.id),
    },
    galleryVersion: version &&
      gallery && {
        id: version.id,
        group: gallery.resource_group,
        gallery: gallery.gallery_name,
        image: gallery.image_name,
        version: gallery.image_version,
        location,
        regions: regionsOf(config, location).map(({ name }) => name),
      },
    vhd: state.vhd,
  });
}
