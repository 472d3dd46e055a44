import { ApiError } from "../../frame/errors.ts";
import { mapDevices } from "../block-devices.ts";
import { applyFilters } from "../filters.ts";
import { findImage, findInstance, requireOwn } from "../lookups.ts";
import type { BlockDevice, Ec2Image } from "../model.ts";
import type { Parameters } from "../parameters.ts";
import { type Ec2Region, select, stateOf } from "../region.ts";
import { requestedTags } from "../tags.ts";
import { showImage } from "../views/image.ts";
import { DONE, type Ec2Call, type Operations, refuseValue } from "./operation.ts";
import { makeSnapshot } from "./snapshots.ts";

/** Images: made of an instance, copied, shown, deregistered. */
export const imageOperations: Operations = {
  DescribeImages({ cloud, region, input }) {
    const images = select(
      region.images,
      input.list("ImageId"),
      "InvalidAMIID.NotFound",
      "image id",
    );
    const owners = input.list("Owner").map((owner) => (owner === "self" ? cloud.accountId : owner));
    const owned = images.filter(({ ownerId, ownerAlias }) => {
      return owners.length === 0 || owners.some((owner) => [ownerId, ownerAlias].includes(owner));
    });
    const found = applyFilters(owned, input, {
      "image-id": ({ id }) => id,
      name: ({ name }) => name,
      description: ({ description }) => description,
      state: stateOf,
      architecture: ({ architecture }) => architecture,
      "owner-id": ({ ownerId }) => ownerId,
      "owner-alias": ({ ownerAlias }) => ownerAlias,
      "root-device-type": ({ rootDeviceType }) => rootDeviceType,
      "virtualization-type": () => "hvm",
      "is-public": ({ launchPermissions }) => String(launchPermissions.has("group:all")),
      "source-instance-id": ({ sourceInstanceId }) => sourceInstanceId,
      "source-image-id": ({ sourceImageId }) => sourceImageId,
    });
    return { imagesSet: found.map(showImage) };
  },

  CreateImage(call) {
    const { region, input } = call;
    const instance = findInstance(region, input.required("InstanceId"));
    if (!["running", "stopped"].includes(stateOf(instance))) {
      refuseValue(`Instance is not in state 'running' or 'stopped': ${instance.id}`);
    }
    const name = imageName(input);
    if ([...region.images.values()].some((image) => isNamed(image, name, call.cloud.accountId))) {
      throw new ApiError(
        400,
        "InvalidAMIName.Duplicate",
        `AMI name ${name} is already in use by an AMI of this account`,
      );
    }
    const volumes = instance.devices.flatMap(({ volumeId }) => region.volumes.get(volumeId) ?? []);
    const source = findImage(region, instance.imageId);
    const image = addImage(call, "image", source, {
      name,
      description: input.text("Description") ?? "",
      sourceInstanceId: instance.id,
      devices: [],
    });
    const snapshots = new Map(
      volumes.map((volume) => {
        const snapshot = makeSnapshot(region, {
          volumeId: volume.id,
          description: `Created by CreateImage(${instance.id}) for ${image.id}`,
          device: volume.device,
          tags: requestedTags(input, "snapshot"),
        });
        return [volume.device.deviceName, { ...volume.device, snapshotId: snapshot.id }];
      }),
    );
    image.devices = mapDevices([...snapshots.values()], input);
    return { imageId: image.id };
  },

  CopyImage(call) {
    const { cloud, region, input } = call;
    const token = input.text("ClientToken");
    const known = [...region.images.values()].find(
      ({ clientToken }) => token !== undefined && clientToken === token,
    );
    if (known !== undefined) return { imageId: known.id };
    const sourceRegion = cloud.region(input.required("SourceRegion"));
    const source = findImage(sourceRegion, input.required("SourceImageId"));
    if (stateOf(source) !== "available") {
      throw new ApiError(
        400,
        "InvalidAMIID.Unavailable",
        `The image id '${source.id}' is no longer available`,
      );
    }
    const image = addImage(call, "copy", source, {
      name: imageName(input),
      description: input.text("Description") ?? source.description,
      clientToken: token,
      sourceImageId: source.id,
      sourceImageRegion: sourceRegion.name,
      devices: [],
    });
    if (input.flag("CopyImageTags")) addMissing(image.tags, source.tags);
    image.devices = source.devices.map((device) => copyDevice(region, device, image, input));
    return { imageId: image.id };
  },

  DeregisterImage({ cloud, region, input }) {
    const image = findImage(region, input.required("ImageId"));
    requireOwn(image, cloud.accountId);
    region.images.delete(image.id);
    return DONE;
  },
};

/** Encrypted things stay so; an unencrypted one can be encrypted on the way. */
function copyDevice(
  region: Ec2Region,
  device: BlockDevice,
  image: Ec2Image,
  input: Parameters,
): BlockDevice {
  const encrypted = device.encrypted || (input.flag("Encrypted") ?? false);
  const kmsKeyId = encrypted ? (input.text("KmsKeyId") ?? "alias/aws/ebs") : undefined;
  const copy = { ...device, encrypted, kmsKeyId };
  const snapshot = makeSnapshot(region, {
    volumeId: "vol-ffffffff",
    description: `Copied for DestinationAmi ${image.id} from SourceAmi ${image.sourceImageId}`,
    device: copy,
    tags: requestedTags(input, "snapshot"),
  });
  return { ...copy, snapshotId: snapshot.id };
}

function addImage(
  { cloud, region, input }: Ec2Call,
  kind: "image" | "copy",
  source: Ec2Image,
  own: Partial<Ec2Image> & Pick<Ec2Image, "name" | "description" | "devices">,
): Ec2Image {
  const { reason, ...transition } = region.transition(kind, "pending", "available");
  const image: Ec2Image = {
    ...region.newThing("image", requestedTags(input, "image")),
    ownerId: cloud.accountId,
    ownerAlias: undefined,
    creationDate: new Date().toISOString(),
    architecture: source.architecture,
    rootDeviceType: source.rootDeviceType,
    rootDeviceName: source.rootDeviceName,
    transition,
    stateReason: reason,
    sourceInstanceId: undefined,
    sourceImageId: undefined,
    sourceImageRegion: undefined,
    clientToken: undefined,
    launchPermissions: new Set(),
    productCodes: new Set(),
    deprecationTime: undefined,
    imdsSupport: kind === "copy" ? source.imdsSupport : undefined,
    isSeed: false,
    ...own,
  };
  region.images.set(image.id, image);
  return image;
}

function imageName(input: Parameters): string {
  const name = input.required("Name");
  if (/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name)) return name;
  throw new ApiError(
    400,
    "InvalidAMIName.Malformed",
    "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'",
  );
}

function isNamed(image: Ec2Image, name: string, accountId: string): boolean {
  return image.name === name && image.ownerId === accountId;
}

function addMissing(tags: Map<string, string>, others: ReadonlyMap<string, string>): void {
  for (const [key, value] of others) if (!tags.has(key)) tags.set(key, value);
}
