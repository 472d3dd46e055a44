import { readFile } from "node:fs/promises";
import type { BlockDeviceMapping } from "@aws-sdk/client-ec2";
import { tagList } from "./answers.ts";
import { type InstanceState, sourceOf, templateData } from "./build-state.ts";
import type { Input } from "./client.ts";
import type { BlockDeviceConfig } from "./config/block-device.ts";
import { renderTags } from "./template.ts";

/**
 * The request that starts the instance.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/step_run_source_instance.go`.
 */
export async function instanceRequest(state: InstanceState): Promise<Input<"RunInstances">> {
  const { config, keyPair, network, token } = state;
  const { http_endpoint, http_put_response_hop_limit, http_tokens, instance_metadata_tags } =
    config.metadata_options;
  const keyName = keyPair.name ?? config.ssh_keypair_name;
  const userData = await readUserData(config);
  const isBurstable = /^t(2|3|3a|4g)\./.test(config.instance_type);
  return {
    ClientToken: token,
    ImageId: sourceOf(state).id,
    InstanceType: config.instance_type as NonNullable<Input<"RunInstances">["InstanceType"]>,
    MinCount: 1,
    MaxCount: 1,
    BlockDeviceMappings: state.devices.map(deviceMapping),
    Placement: {
      ...(network.availabilityZone === undefined
        ? {}
        : { AvailabilityZone: network.availabilityZone }),
      ...(config.tenancy === undefined ? {} : { Tenancy: config.tenancy }),
    },
    EbsOptimized: config.ebs_optimized,
    InstanceInitiatedShutdownBehavior: config.shutdown_behavior,
    MetadataOptions: {
      HttpEndpoint: http_endpoint,
      ...(http_endpoint === "disabled"
        ? {}
        : {
            HttpTokens: http_tokens,
            HttpPutResponseHopLimit: http_put_response_hop_limit,
            InstanceMetadataTags: instance_metadata_tags,
          }),
    },
    ...(isBurstable
      ? { CreditSpecification: { CpuCredits: creditsOf(config.enable_unlimited_credits) } }
      : {}),
    ...(config.iam_instance_profile === undefined
      ? {}
      : { IamInstanceProfile: { Name: config.iam_instance_profile } }),
    ...(userData === undefined ? {} : { UserData: userData }),
    ...(keyName === undefined ? {} : { KeyName: keyName }),
    ...placeOf(state),
    ...tagsOf(state),
  };
}

function creditsOf(isUnlimited: boolean): string {
  return isUnlimited ? "unlimited" : "standard";
}

/** Whether the address is public can only be said of a network interface, which then has subnet and groups. */
function placeOf({ config, network, securityGroup }: InstanceState) {
  const groups = securityGroup.ids;
  if (config.associate_public_ip_address === undefined) {
    return {
      ...(network.subnetId === undefined ? {} : { SubnetId: network.subnetId }),
      ...(groups.length === 0 ? {} : { SecurityGroupIds: groups }),
    };
  }
  return {
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        AssociatePublicIpAddress: config.associate_public_ip_address,
        DeleteOnTermination: true,
        ...(network.subnetId === undefined ? {} : { SubnetId: network.subnetId }),
        ...(groups.length === 0 ? {} : { Groups: groups }),
      },
    ],
  };
}

function tagsOf(state: InstanceState): Pick<Input<"RunInstances">, "TagSpecifications"> {
  const data = templateData(state);
  const run = tagList(renderTags(state.runTags, data));
  const volume = tagList(renderTags(state.volumeTags, data));
  const specifications = [
    { ResourceType: "instance" as const, Tags: run },
    { ResourceType: "network-interface" as const, Tags: run },
    { ResourceType: "volume" as const, Tags: volume },
  ].filter(({ Tags }) => Tags.length > 0);
  return specifications.length === 0 ? {} : { TagSpecifications: specifications };
}

/** In base64; what is so already stays as it is. */
async function readUserData(config: InstanceState["config"]): Promise<string | undefined> {
  const text =
    config.user_data_file === undefined
      ? config.user_data
      : await readFile(config.user_data_file, "utf8");
  if (text === undefined || text === "") return undefined;
  const isEncoded = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(
    text.replace(/[\r\n]/g, ""),
  );
  return isEncoded ? text : Buffer.from(text).toString("base64");
}

/** A block device as the API wants it. Source: `BuildEC2BlockDeviceMapping`, `common/block_device.go`. */
export function deviceMapping(device: BlockDeviceConfig): BlockDeviceMapping {
  const { device_name: DeviceName, iops, throughput, volume_type } = device;
  if (device.no_device) return { DeviceName, NoDevice: "" };
  if (device.virtual_name !== undefined) return { DeviceName, VirtualName: device.virtual_name };
  const hasIops = volume_type === "io1" || volume_type === "io2" || volume_type === "gp3";
  return {
    DeviceName,
    Ebs: {
      DeleteOnTermination: device.delete_on_termination,
      ...(volume_type === undefined ? {} : { VolumeType: volume_type }),
      ...(device.volume_size === undefined ? {} : { VolumeSize: device.volume_size }),
      ...(hasIops && iops !== undefined ? { Iops: iops } : {}),
      ...(throughput === undefined ? {} : { Throughput: throughput }),
      ...(device.snapshot_id === undefined ? {} : { SnapshotId: device.snapshot_id }),
      ...(device.encrypted === undefined ? {} : { Encrypted: device.encrypted }),
      ...(device.kms_key_id === undefined ? {} : { KmsKeyId: device.kms_key_id }),
    },
  };
}
