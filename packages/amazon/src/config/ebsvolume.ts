import { z } from "zod";
import { accessFields, checkAccess, leftOutAccess } from "./access.ts";
import { snapshotFields } from "./ami.ts";
import { blockDeviceFields, checkBlockDevice } from "./block-device.ts";
import { type LeftOut, leftOutCommunicator, leftOutFields, refuseLeftOut } from "./left-out.ts";
import { checkRun, leftOutRun, runFields } from "./run.ts";
import { tagBlocks, tagMap, templateText } from "./tags.ts";

const ebsVolume = z
  .strictObject({
    ...blockDeviceFields,
    tags: tagMap("Tags for the volume."),
    tag: tagBlocks("tags"),
    snapshot_volume: z.boolean().default(false).describe("Make a snapshot of the volume."),
    snapshot_description: templateText(255).optional().describe("The snapshot's description."),
    ...snapshotFields,
  })
  .superRefine(checkBlockDevice)
  .superRefine((volume, context) => {
    if (volume.snapshot_description === undefined || volume.snapshot_volume) return;
    const message = "is of no use without snapshot_volume = true";
    context.addIssue({ code: "custom", path: ["snapshot_description"], message });
  });

/** One volume of the builder `ebsvolume`, checked and completed. */
export type EbsVolumeSettings = z.output<typeof ebsVolume>;

const leftOut: LeftOut = {
  ...leftOutAccess,
  ...leftOutRun,
  ...leftOutCommunicator,
  ena_support: "it is for images, and no image is made",
  sriov_support: "it is for images, and no image is made",
};

/**
 * The settings of the builder `ebsvolume`, named as the official plugin's options are.
 *
 * Source: packer-plugin-amazon 1.8.2, `builder/ebsvolume/builder.go`.
 */
export const ebsVolumeConfig = z
  .strictObject({
    ...leftOutFields(leftOut),
    ...accessFields,
    ...runFields,
    ebs_volumes: z.array(ebsVolume).default([]).describe("The volumes to make."),
    run_volume_tags: tagMap(
      "Tags for the volumes while the instance runs; those of ebs_volumes lose them again.",
    ),
    run_volume_tag: tagBlocks("run_volume_tags"),
  })
  .superRefine((config, context) => {
    const refuse = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path: [...path], message });
    refuseLeftOut(config, leftOut, refuse);
    checkAccess(config, refuse);
    checkRun(config, refuse);
    const isKept = config.ebs_volumes.some(
      (volume) => !volume.delete_on_termination || volume.snapshot_volume,
    );
    if (config.ebs_volumes.length > 0 && !isKept) {
      refuse(
        ["ebs_volumes"],
        "leaves nothing: each volume goes with the instance, and none has a snapshot",
      );
    }
  });

/** The settings of `ebsvolume`, checked and completed. */
export type EbsVolumeConfig = z.output<typeof ebsVolumeConfig>;
