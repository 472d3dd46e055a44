import type { BlockDevice, Ec2Image } from "../model.ts";
import { stateOf } from "../region.ts";
import { tagSet } from "../tags.ts";
import type { XmlElements } from "../xml.ts";

/** An image as the API shows it. */
export function showImage(image: Ec2Image): XmlElements {
  const state = stateOf(image);
  return {
    imageId: image.id,
    imageLocation: `${image.ownerId}/${image.name}`,
    imageState: state,
    imageOwnerId: image.ownerId,
    imageOwnerAlias: image.ownerAlias,
    creationDate: image.creationDate,
    isPublic: image.launchPermissions.has("group:all"),
    architecture: image.architecture,
    imageType: "machine",
    name: image.name,
    description: image.description === "" ? undefined : image.description,
    rootDeviceType: image.rootDeviceType,
    rootDeviceName: image.rootDeviceName,
    // An image that could not be made does not tell the snapshots that were.
    blockDeviceMapping: state === "failed" ? [] : image.devices.map(showDevice),
    virtualizationType: "hvm",
    hypervisor: "xen",
    enaSupport: true,
    platformDetails: "Linux/UNIX",
    usageOperation: "RunInstances",
    imdsSupport: image.imdsSupport,
    deprecationTime: image.deprecationTime,
    sourceInstanceId: image.sourceInstanceId,
    sourceImageId: image.sourceImageId,
    sourceImageRegion: image.sourceImageRegion,
    productCodes: [...image.productCodes].map((productCode) => ({ productCode })),
    stateReason:
      state === "failed"
        ? { code: "Client.ImageFailed", message: image.stateReason ?? "" }
        : undefined,
    tagSet: tagSet(image.tags),
  };
}

function showDevice(device: BlockDevice): XmlElements {
  return {
    deviceName: device.deviceName,
    ebs: {
      snapshotId: device.snapshotId,
      volumeSize: device.size,
      deleteOnTermination: device.deleteOnTermination,
      volumeType: device.volumeType,
      iops: device.iops,
      throughput: device.throughput,
      encrypted: device.encrypted,
      kmsKeyId: device.kmsKeyId,
    },
  };
}
