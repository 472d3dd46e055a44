import type { Image, Instance, Snapshot, Tag, Volume } from "@aws-sdk/client-ec2";

/** An image, as far as a build looks at it. */
export interface AmiImage {
  id: string;
  name: string;
  state: string;
  /** Why the state is what it is, where EC2 says so. */
  stateReason: string | undefined;
  /** RFC 3339. */
  creationDate: string;
  ownerId: string;
  ownerAlias: string;
  rootDeviceType: string;
  tags: Record<string, string>;
  snapshotIds: string[];
}

/** An instance, as far as a build looks at it. */
export interface Ec2Instance {
  id: string;
  state: string;
  stateReason: string | undefined;
  vpcId: string | undefined;
  addresses: Readonly<Partial<Record<AddressKind, string | undefined>>>;
  volumes: InstanceVolume[];
}

/** A volume, as the instance shows it that it is attached to. */
export interface InstanceVolume {
  deviceName: string;
  volumeId: string;
  /** EC2 deletes it with the instance. */
  goesWithInstance: boolean;
}

/** What `ssh_interface` chooses from. */
export type AddressKind = "public_ip" | "private_ip" | "public_dns" | "private_dns" | "ipv6";

export interface Ec2Volume {
  id: string;
  state: string;
}

export interface Ec2Snapshot {
  id: string;
  state: string;
  stateReason: string | undefined;
}

/** EC2 may leave out any field; what is missing is empty. */
export function readImage(image: Image): AmiImage {
  const snapshots = image.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.SnapshotId) ?? [];
  return {
    id: image.ImageId ?? "",
    name: image.Name ?? "",
    state: image.State ?? "",
    stateReason: image.StateReason?.Message,
    creationDate: image.CreationDate ?? "",
    ownerId: image.OwnerId ?? "",
    ownerAlias: image.ImageOwnerAlias ?? "",
    rootDeviceType: image.RootDeviceType ?? "",
    tags: readTags(image.Tags),
    snapshotIds: snapshots.filter((id) => id !== undefined && id !== "") as string[],
  };
}

export function readInstance(instance: Instance): Ec2Instance {
  const devices = instance.BlockDeviceMappings ?? [];
  return {
    id: instance.InstanceId ?? "",
    state: instance.State?.Name ?? "",
    stateReason: instance.StateReason?.Message ?? (instance.StateTransitionReason || undefined),
    vpcId: instance.VpcId,
    addresses: {
      public_ip: instance.PublicIpAddress || undefined,
      private_ip: instance.PrivateIpAddress || undefined,
      public_dns: instance.PublicDnsName || undefined,
      private_dns: instance.PrivateDnsName || undefined,
      ipv6: instance.Ipv6Address || undefined,
    },
    volumes: devices.flatMap(({ DeviceName: deviceName = "", Ebs }) => {
      const { VolumeId: volumeId, DeleteOnTermination: goesWithInstance = false } = Ebs ?? {};
      return volumeId === undefined ? [] : [{ deviceName, volumeId, goesWithInstance }];
    }),
  };
}

export function readVolume({ VolumeId = "", State = "" as Volume["State"] }: Volume): Ec2Volume {
  return { id: VolumeId, state: State ?? "" };
}

export function readSnapshot({ SnapshotId, State, StateMessage }: Snapshot): Ec2Snapshot {
  return { id: SnapshotId ?? "", state: State ?? "", stateReason: StateMessage || undefined };
}

/** Tags as the API wants them. */
export function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function readTags(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}
