import { ApiError } from "../frame/errors.ts";
import { mapDevices } from "./block-devices.ts";
import { findImage } from "./lookups.ts";
import type { Ec2Instance, Ec2Subnet } from "./model.ts";
import type { Ec2Call } from "./operations/operation.ts";
import type { Parameters } from "./parameters.ts";
import { type Ec2Region, find } from "./region.ts";
import { requestedTags } from "./tags.ts";

/** Starts an instance with its volumes, as a `RunInstances` request asks for it. */
export function runInstance({ cloud, region, input }: Ec2Call): Ec2Instance {
  const image = findImage(region, input.required("ImageId"));
  const place = placeOf(region, input, cloud.instanceAddress);
  const { reason, ...transition } = region.transition("instance", "pending", "running");
  const instance: Ec2Instance = {
    ...region.newThing("instance", requestedTags(input, "instance")),
    ...place,
    imageId: image.id,
    instanceType: input.text("InstanceType") ?? "m1.small",
    keyName: keyNameOf(region, input),
    clientToken: input.text("ClientToken"),
    launchTime: new Date().toISOString(),
    userData: input.text("UserData"),
    iamInstanceProfile: input.structure("IamInstanceProfile").text("Name"),
    shutdownBehavior: input.text("InstanceInitiatedShutdownBehavior") ?? "stop",
    metadataOptions: metadataOptionsOf(input.structure("MetadataOptions")),
    transition,
    stateReason: reason,
    devices: [],
  };
  for (const device of mapDevices(image.devices, input)) {
    const volume = {
      ...region.newThing("volume", requestedTags(input, "volume")),
      device,
      availabilityZone: place.availabilityZone,
      createTime: instance.launchTime,
      attachedTo: instance.id,
    };
    region.volumes.set(volume.id, volume);
    const { deviceName, deleteOnTermination } = device;
    instance.devices.push({ deviceName, volumeId: volume.id, deleteOnTermination });
  }
  region.instances.set(instance.id, instance);
  return instance;
}

/** Where the instance is in the network. It is asked for as such, or as the settings of a network interface. */
function placeOf(region: Ec2Region, input: Parameters, instanceAddress: string) {
  const network = input.structures("NetworkInterface")[0];
  const subnet = findSubnet(region, input.text("SubnetId") ?? network?.text("SubnetId"));
  const securityGroupIds = [
    ...input.list("SecurityGroupId"),
    ...(network?.list("SecurityGroupId") ?? []),
  ];
  for (const id of securityGroupIds) {
    find(region.securityGroups, id, "InvalidGroup.NotFound", "security group");
  }
  const isPublic = network?.flag("AssociatePublicIpAddress") ?? subnet.isDefault;
  return {
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    availabilityZone: subnet.availabilityZone,
    securityGroupIds,
    publicIp: isPublic ? instanceAddress : undefined,
    privateIp: "172.31.0.10",
    networkInterfaceId: region.newId("networkInterface"),
  };
}

function findSubnet(region: Ec2Region, id: string | undefined): Ec2Subnet {
  if (id !== undefined) return find(region.subnets, id, "InvalidSubnetID.NotFound", "subnet ID");
  const vpcId = defaultVpc(region);
  const subnet = [...region.subnets.values()].find((candidate) => candidate.vpcId === vpcId);
  if (subnet !== undefined) return subnet;
  throw new ApiError(400, "MissingInput", "No subnets found for the default VPC");
}

/** @throws {ApiError} `VPCIdNotSpecified` where the region has none. */
export function defaultVpc(region: Ec2Region): string {
  const vpc = [...region.vpcs.values()].find(({ isDefault }) => isDefault);
  if (vpc !== undefined) return vpc.id;
  throw new ApiError(400, "VPCIdNotSpecified", "No default VPC for this user");
}

function keyNameOf(region: Ec2Region, input: Parameters): string | undefined {
  const keyName = input.text("KeyName");
  const isKnown = [...region.keyPairs.values()].some(({ name }) => name === keyName);
  if (keyName === undefined || isKnown) return keyName;
  throw new ApiError(400, "InvalidKeyPair.NotFound", `The key pair '${keyName}' does not exist`);
}

function metadataOptionsOf(input: Parameters): Record<string, string> {
  return {
    httpTokens: input.text("HttpTokens") ?? "optional",
    httpEndpoint: input.text("HttpEndpoint") ?? "enabled",
    httpPutResponseHopLimit: input.text("HttpPutResponseHopLimit") ?? "1",
    instanceMetadataTags: input.text("InstanceMetadataTags") ?? "disabled",
  };
}
