import { ApiError } from "../../frame/errors.ts";
import { applyFilters } from "../filters.ts";
import { findSnapshot, findVolume } from "../lookups.ts";
import type { BlockDevice, Ec2SnapshotThing, Ec2Volume } from "../model.ts";
import { changePermissions } from "../permissions.ts";
import { type Ec2Region, select, stateOf } from "../region.ts";
import { requestedTags, tagSet } from "../tags.ts";
import { DONE, type Operations } from "./operation.ts";

/** Volumes and their snapshots. */
export const snapshotOperations: Operations = {
  DescribeVolumes({ region, input }) {
    const volumes = select(
      region.volumes,
      input.list("VolumeId"),
      "InvalidVolume.NotFound",
      "volume",
    );
    const found = applyFilters(volumes, input, {
      "volume-id": ({ id }) => id,
      "attachment.instance-id": ({ attachedTo }) => attachedTo,
      "attachment.device": ({ device }) => device.deviceName,
      status: volumeState,
    });
    return { volumeSet: found.map(showVolume) };
  },

  DeleteVolume({ region, input }) {
    const volume = findVolume(region, input.required("VolumeId"));
    if (volume.attachedTo !== undefined) {
      throw new ApiError(
        400,
        "VolumeInUse",
        `Volume ${volume.id} is currently attached to ${volume.attachedTo}`,
      );
    }
    region.volumes.delete(volume.id);
    return DONE;
  },

  CreateSnapshot({ cloud, region, input }) {
    const volume = findVolume(region, input.required("VolumeId"));
    const snapshot = makeSnapshot(region, {
      volumeId: volume.id,
      description: input.text("Description") ?? "",
      device: volume.device,
      tags: requestedTags(input, "snapshot"),
    });
    return showSnapshot(snapshot, cloud.accountId);
  },

  DescribeSnapshots({ cloud, region, input }) {
    const snapshots = select(
      region.snapshots,
      input.list("SnapshotId"),
      "InvalidSnapshot.NotFound",
      "snapshot",
    );
    const isOwn = ({ isSeed }: Ec2SnapshotThing) =>
      !isSeed || !input.list("Owner").includes("self");
    const found = applyFilters(snapshots.filter(isOwn), input, {
      "snapshot-id": ({ id }) => id,
      "volume-id": ({ volumeId }) => volumeId,
      description: ({ description }) => description,
      status: stateOf,
    });
    return { snapshotSet: found.map((snapshot) => showSnapshot(snapshot, cloud.accountId)) };
  },

  DeleteSnapshot({ region, input }) {
    const snapshot = findSnapshot(region, input.required("SnapshotId"));
    const user = [...region.images.values()].find(
      (image) =>
        stateOf(image) !== "failed" &&
        image.devices.some(({ snapshotId }) => snapshotId === snapshot.id),
    );
    if (user !== undefined) {
      throw new ApiError(
        400,
        "InvalidSnapshot.InUse",
        `The snapshot ${snapshot.id} is currently in use by ${user.id}`,
      );
    }
    region.snapshots.delete(snapshot.id);
    return DONE;
  },

  ModifySnapshotAttribute({ region, input }) {
    const snapshot = findSnapshot(region, input.required("SnapshotId"));
    changePermissions(snapshot.createVolumePermissions, input.structure("CreateVolumePermission"));
    return DONE;
  },
};

/** Makes a snapshot; it takes its time. */
export function makeSnapshot(
  region: Ec2Region,
  {
    volumeId,
    description,
    device,
    tags,
  }: {
    volumeId: string;
    description: string;
    device: BlockDevice;
    tags: ReadonlyMap<string, string>;
  },
): Ec2SnapshotThing {
  const { reason: _, ...transition } = region.transition("snapshot", "pending", "completed");
  const snapshot: Ec2SnapshotThing = {
    ...region.newThing("snapshot", tags),
    volumeId,
    description,
    size: device.size,
    encrypted: device.encrypted,
    kmsKeyId: device.kmsKeyId,
    startTime: new Date().toISOString(),
    transition,
    createVolumePermissions: new Set(),
    isSeed: false,
  };
  region.snapshots.set(snapshot.id, snapshot);
  return snapshot;
}

function volumeState({ attachedTo }: Ec2Volume): string {
  return attachedTo === undefined ? "available" : "in-use";
}

function showVolume(volume: Ec2Volume) {
  const { attachedTo, device } = volume;
  const attachment = {
    volumeId: volume.id,
    instanceId: attachedTo,
    device: device.deviceName,
    status: "attached",
    deleteOnTermination: device.deleteOnTermination,
  };
  return {
    volumeId: volume.id,
    size: device.size,
    snapshotId: device.snapshotId,
    availabilityZone: volume.availabilityZone,
    status: volumeState(volume),
    createTime: volume.createTime,
    volumeType: device.volumeType,
    iops: device.iops,
    throughput: device.throughput,
    encrypted: device.encrypted,
    kmsKeyId: device.kmsKeyId,
    attachmentSet: attachedTo === undefined ? [] : [attachment],
    tagSet: tagSet(volume.tags),
  };
}

function showSnapshot(snapshot: Ec2SnapshotThing, ownerId: string) {
  const state = stateOf(snapshot);
  return {
    snapshotId: snapshot.id,
    volumeId: snapshot.volumeId,
    status: state,
    statusMessage: state === "error" ? "the snapshot failed" : undefined,
    startTime: snapshot.startTime,
    progress: state === "completed" ? "100%" : "0%",
    ownerId,
    volumeSize: snapshot.size,
    description: snapshot.description,
    encrypted: snapshot.encrypted,
    kmsKeyId: snapshot.kmsKeyId,
    tagSet: tagSet(snapshot.tags),
  };
}
