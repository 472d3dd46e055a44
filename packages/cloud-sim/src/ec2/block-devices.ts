import { ApiError } from "../frame/errors.ts";
import type { BlockDevice } from "./model.ts";
import type { Parameters } from "./parameters.ts";

/**
 * The block devices of a source, changed as the `BlockDeviceMapping`s of a request say: some replaced in part, some
 * left out, some added. Those of instance stores are not kept.
 *
 * @throws {ApiError} `InvalidBlockDeviceMapping`
 */
export function mapDevices(source: readonly BlockDevice[], input: Parameters): BlockDevice[] {
  const devices = new Map(source.map((device) => [device.deviceName, { ...device }]));
  for (const mapping of input.structures("BlockDeviceMapping")) {
    const name = mapping.required("DeviceName");
    if (mapping.has("NoDevice")) {
      devices.delete(name);
    } else if (mapping.text("VirtualName") === undefined) {
      devices.set(name, mapDevice(name, devices.get(name), mapping.structure("Ebs")));
    }
  }
  return [...devices.values()];
}

function mapDevice(
  deviceName: string,
  source: BlockDevice | undefined,
  ebs: Parameters,
): BlockDevice {
  const snapshotId = ebs.text("SnapshotId") ?? source?.snapshotId;
  const size = ebs.number("VolumeSize") ?? source?.size ?? (snapshotId === undefined ? 0 : 8);
  if (size === 0) {
    throw new ApiError(
      400,
      "MissingParameter",
      `The request must contain the parameter size or snapshotId for device ${deviceName}`,
    );
  }
  if (source !== undefined && size < source.size) {
    throw new ApiError(
      400,
      "InvalidBlockDeviceMapping",
      `Volume of size ${size}GB is smaller than snapshot '${source.snapshotId}', expect size >= ${source.size}GB`,
    );
  }
  const kmsKeyId = ebs.text("KmsKeyId") ?? source?.kmsKeyId;
  return {
    deviceName,
    deleteOnTermination: ebs.flag("DeleteOnTermination") ?? source?.deleteOnTermination ?? true,
    size,
    volumeType: ebs.text("VolumeType") ?? source?.volumeType ?? "gp2",
    encrypted: ebs.flag("Encrypted") ?? source?.encrypted ?? false,
    kmsKeyId,
    iops: ebs.number("Iops") ?? source?.iops,
    throughput: ebs.number("Throughput") ?? source?.throughput,
    snapshotId,
  };
}
