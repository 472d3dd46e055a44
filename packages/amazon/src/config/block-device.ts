import { z } from "zod";
import { isKmsKey, KMS_KEY_FORMS } from "./kms-key.ts";

/**
 * A block device of an instance or of an image.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/block_device.go`.
 */
export const blockDeviceFields = {
  device_name: z.string().min(1).describe("The device's name, such as /dev/xvda."),
  delete_on_termination: z
    .boolean()
    .default(false)
    .describe("Whether the volume goes with the instance."),
  encrypted: z.boolean().optional().describe("Default: as in the source image."),
  iops: z.int().min(100).max(64_000).optional().describe("For io1, io2 and gp3."),
  kms_key_id: z.string().min(1).optional().describe("The key to encrypt the volume with."),
  no_device: z.boolean().default(false).describe("Leave out the device that the image has here."),
  snapshot_id: z.string().min(1).optional().describe("The snapshot to make the volume from."),
  throughput: z.int().min(125).max(1000).optional().describe("In MiB a second, for gp3."),
  virtual_name: z
    .string()
    .regex(/^ephemeral([0-9]|1[0-9]|2[0-3])$/, "must be ephemeral0 to ephemeral23")
    .optional()
    .describe("The instance store to use, such as ephemeral0."),
  volume_size: z.int().min(1).optional().describe("In GiB."),
  volume_type: z
    .enum(["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"])
    .optional()
    .describe("Default: the source image's, else gp2."),
};

const blockDevice = z.strictObject(blockDeviceFields).superRefine(checkBlockDevice);

/** A block device, checked and completed. */
export type BlockDeviceConfig = z.output<typeof blockDevice>;

/** A list of block devices. */
export function blockDevices(description: string) {
  return z.array(blockDevice).default([]).describe(description);
}

/** The most I/O operations a second for each GiB of a volume. */
const IOPS_RATIOS: Readonly<Record<string, number>> = { io1: 50, io2: 500 };

/** Says what EC2 would refuse anyway, before anything is made. */
export function checkBlockDevice(
  device: z.output<z.ZodObject<typeof blockDeviceFields>>,
  context: z.core.$RefinementCtx,
): void {
  const refuse = (attribute: string, message: string) =>
    context.addIssue({ code: "custom", path: [attribute], message });
  const { device_name: name, iops, kms_key_id, throughput, volume_size, volume_type } = device;
  if (kms_key_id !== undefined && device.encrypted === false) {
    refuse("encrypted", `must be true for ${name}, which has a kms_key_id`);
  }
  if (kms_key_id !== undefined && !isKmsKey(kms_key_id)) refuse("kms_key_id", KMS_KEY_FORMS);
  if (throughput !== undefined && volume_type !== "gp3") {
    refuse("throughput", `is only for volumes of type gp3; ${name} is ${volume_type ?? "of none"}`);
  }
  if (iops === undefined) return;
  const ratio = IOPS_RATIOS[volume_type ?? ""];
  if (ratio !== undefined && volume_size !== undefined && iops > ratio * volume_size) {
    refuse("iops", `can be at most ${ratio} for each GiB of a volume of type ${volume_type}`);
  }
  if (volume_type === "gp3" && (iops < 3000 || iops > 16_000)) {
    refuse("iops", "must be 3000 to 16000 for a volume of type gp3");
  }
}
