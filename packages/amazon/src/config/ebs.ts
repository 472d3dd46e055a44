import { z } from "zod";
import { accessFields, checkAccess, leftOutAccess } from "./access.ts";
import { amiFields, checkAmi, leftOutAmi } from "./ami.ts";
import { blockDevices } from "./block-device.ts";
import { type LeftOut, leftOutCommunicator, leftOutFields, refuseLeftOut } from "./left-out.ts";
import { checkRun, leftOutRun, runFields } from "./run.ts";
import { tagMap, templateText } from "./tags.ts";

const leftOut: LeftOut = {
  ...leftOutAccess,
  ...leftOutAmi,
  ...leftOutRun,
  ...leftOutCommunicator,
  fast_launch: "it is for Windows, which is not supported",
  no_ephemeral: "leave out devices with no_device in launch_block_device_mappings",
};

/**
 * The settings of the builder `ebs`, named as the official plugin's options are.
 *
 * Source: packer-plugin-amazon 1.8.2, `builder/ebs/builder.go`.
 */
export const ebsConfig = z
  .strictObject({
    ...leftOutFields(leftOut),
    ...accessFields,
    ...amiFields,
    ...runFields,
    ami_block_device_mappings: blockDevices("Devices of the image."),
    launch_block_device_mappings: blockDevices("Devices of the instance, and so of the image."),
    run_volume_tags: tagMap("Tags for the volumes of the instance."),
    run_volume_tag: z
      .array(z.strictObject({ name: templateText(128).min(1), value: templateText(256) }))
      .default([])
      .describe("The same as run_volume_tags, one tag a block."),
    skip_create_ami: z.boolean().default(false).describe("Provision only, and make no image."),
    skip_ami_run_tags: z
      .boolean()
      .default(false)
      .describe("Do not give the run_tags to the image as well."),
  })
  .superRefine((config, context) => {
    const refuse = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path: [...path], message });
    refuseLeftOut(config, leftOut, refuse);
    checkAccess(config, refuse);
    checkAmi(config, refuse);
    checkRun(config, refuse);
  });

/** The settings of `ebs`, checked and completed. */
export type EbsConfig = z.output<typeof ebsConfig>;
