import type { SshCommunicator } from "@packerkit/ssh-communicator";
import type { Vhd } from "./artifact.ts";
import type { AzureClient } from "./client.ts";
import type { ArmConfig } from "./config.ts";
import { type Made, notMade } from "./made.ts";
import type { TemporaryNames } from "./names.ts";
import { formatResourceId } from "./resource-id.ts";
import type { Source } from "./source.ts";

/** What the steps of one build share and fill in turn. */
export interface BuildState {
  readonly config: ArmConfig;
  readonly client: AzureClient;
  readonly names: TemporaryNames;
  /** Of everything that is made. */
  readonly tags: Readonly<Record<string, string>>;
  /** The resource group that is built in. A temporary one takes everything in it along. */
  readonly group: {
    readonly name: string;
    readonly isTemporary: boolean;
    made: boolean;
    isUncertain: boolean;
  };
  /** The region that is built in. */
  location: string;
  readonly machine: Made;
  readonly osDisk: Made;
  /** Those that `disk_additional_size` asks for. */
  readonly dataDisks: readonly Made[];
  readonly network: Made;
  readonly securityGroup: Made;
  readonly publicAddress: Made;
  readonly networkInterface: Made;
  /** What the build is for. */
  readonly image: Made | undefined;
  readonly snapshots: readonly Snapshotting[];
  readonly version: Made | undefined;
  /** The image that the machine starts from. */
  source?: Source;
  /** Disks that come with the source image. */
  sourceDisks: Made[];
  /** The storage account that VHDs are copied to. */
  account?: { blobEndpoint: string; location: string };
  /** Where provisioners reach the machine. */
  address?: string;
  /** The key that the machine lets in; the private one where it was made for this build. */
  keys?: { privateKey?: string; publicKey: string };
  communicator?: SshCommunicator;
  /** The VHDs that were copied, also those of a copy that is under way. */
  blobs: string[];
  vhd?: Vhd;
}

/** A snapshot to make, and the disk that it is made of. */
export interface Snapshotting {
  readonly snapshot: Made;
  readonly disk: Made;
}

/** What is known of a build before it begins. */
export function newState(
  config: ArmConfig,
  client: AzureClient,
  names: TemporaryNames,
): BuildState {
  const buildGroup = config.build_resource_group_name;
  const group = buildGroup ?? config.temp_resource_group_name ?? names.group;
  const own = (type: string, name: string) => notMade(client.idOf({ group, type, names: [name] }));
  const disk = (name: string) => own("Microsoft.Compute/disks", name);
  const osDisk = disk(config.temp_os_disk_name ?? names.osDisk);
  const dataDisks = config.disk_additional_size.map((_, index) =>
    disk(`${names.dataDisk}-${index + 1}`),
  );
  return {
    config,
    client,
    names,
    tags: tagsOf(config),
    group: { name: group, isTemporary: buildGroup === undefined, made: false, isUncertain: false },
    location: config.location ?? "",
    machine: own("Microsoft.Compute/virtualMachines", config.temp_compute_name ?? names.machine),
    osDisk,
    dataDisks,
    network: own("Microsoft.Network/virtualNetworks", names.network),
    securityGroup: own("Microsoft.Network/networkSecurityGroups", names.securityGroup),
    publicAddress: own("Microsoft.Network/publicIPAddresses", names.publicAddress),
    networkInterface: own(
      "Microsoft.Network/networkInterfaces",
      config.temp_nic_name ?? names.networkInterface,
    ),
    sourceDisks: [],
    blobs: [],
    ...destinationsOf(config, client, { osDisk, dataDisks }),
  };
}

function destinationsOf(
  config: ArmConfig,
  client: AzureClient,
  { osDisk, dataDisks }: { osDisk: Made; dataDisks: readonly Made[] },
): Pick<BuildState, "image" | "snapshots" | "version"> {
  const { managed_image_name: name, managed_image_resource_group_name: group = "" } = config;
  const { managed_image_data_disk_snapshot_prefix: prefix } = config;
  const osSnapshot = config.managed_image_os_disk_snapshot_name;
  const gallery = config.shared_image_gallery_destination;
  const beside = (type: string, of: string) => notMade(client.idOf({ group, type, names: [of] }));
  const snapshot = (of: string, disk: Made): Snapshotting => ({
    snapshot: beside("Microsoft.Compute/snapshots", of),
    disk,
  });
  return {
    image: name === undefined ? undefined : beside("Microsoft.Compute/images", name),
    snapshots: [
      ...(osSnapshot === undefined ? [] : [snapshot(osSnapshot, osDisk)]),
      ...(prefix === undefined
        ? []
        : dataDisks.map((disk, index) => snapshot(`${prefix}${index}`, disk))),
    ],
    version:
      gallery &&
      notMade(
        formatResourceId({
          subscription: gallery.subscription ?? client.subscription,
          group: gallery.resource_group,
          type: "Microsoft.Compute/galleries/images/versions",
          names: [gallery.gallery_name, gallery.image_name, gallery.image_version],
        }),
      ),
  };
}

function tagsOf(config: ArmConfig): Record<string, string> {
  const { azure_tags: map, azure_tag: blocks, plan_info: plan } = config;
  return {
    ...map,
    ...Object.fromEntries(blocks.map(({ name, value }) => [name, value])),
    // So that who starts a machine from the image finds its plan. Source: `builder/azure/arm/config.go`.
    ...(plan === undefined
      ? {}
      : {
          PlanInfo: plan.plan_name ?? "",
          PlanProduct: plan.plan_product ?? "",
          PlanPublisher: plan.plan_publisher ?? "",
          PlanPromotionCode: plan.plan_promotion_code ?? "",
        }),
  };
}

/** What post-processors may read. */
export function generatedData({ source }: BuildState): Record<string, string> {
  return { SourceImageName: source?.name ?? "" };
}

/** What provisioners may read besides. Source: `builder/azure/arm/step_set_generated_data.go`. */
export function provisionersData(state: BuildState): Record<string, string> {
  const { config, names } = state;
  return {
    ...generatedData(state),
    SubscriptionID: state.client.subscription,
    TenantID: config.tenant_id ?? "",
    TempComputeName: config.temp_compute_name ?? names.machine,
    TempDataDiskName: names.dataDisk,
    TempNicName: config.temp_nic_name ?? names.networkInterface,
    TempNsgName: names.securityGroup,
    TempOSDiskName: config.temp_os_disk_name ?? names.osDisk,
    TempPublicIPAddressName: names.publicAddress,
    TempResourceGroupName: state.group.isTemporary ? state.group.name : "",
    TempSubnetName: names.subnet,
    TempVirtualNetworkName: names.network,
  };
}
