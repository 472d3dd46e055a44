import { z } from "zod";
import { connectionFields } from "./connection.ts";
import { checkGuest, guestFields } from "./guest.ts";
import { checkHardware, hardwareFields } from "./hardware.ts";
import { cloneLeftOut } from "./left-out.ts";
import { checkLocation, locationFields } from "./location.ts";
import { checkOutcome, outcomeFields } from "./outcome.ts";
import { leftOutFields, type Refuse, refuseLeftOut } from "./refuse.ts";

export const MAC_ADDRESS = /^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/;

const cloneFields = {
  template: z
    .string()
    .min(1, "name the template, or the machine, to clone")
    .describe("What to clone: a template or a machine, by its name or path."),
  linked_clone: z
    .boolean()
    .default(false)
    .describe("Share the disks of the source's latest snapshot."),
  disk_size: z.int().min(0).default(0).describe("The size of its only disk, in MB."),
  network: z
    .string()
    .default("")
    .describe(
      "The network of its first adapter: a name, a path, or an id such as Network:network-7.",
    ),
  mac_address: z
    .union([z.literal(""), z.string().regex(MAC_ADDRESS, "must be like 00:50:56:00:00:00")])
    .default("")
    .describe("The MAC address of its first adapter."),
};

/**
 * The settings of `vsphere-clone`, named as the official builder's. Its options that are left out are known here so
 * that they can be refused with a word on what to do instead.
 *
 * Source: packer-plugin-vsphere 2.0.0, `builder/vsphere/clone/config.go`.
 */
export const cloneConfig = z
  .strictObject({
    ...connectionFields,
    ...cloneFields,
    ...locationFields,
    ...hardwareFields,
    ...guestFields,
    ...outcomeFields,
    ...leftOutFields(cloneLeftOut),
  })
  .superRefine((config, context) => {
    const refuse: Refuse = (attribute, message) =>
      context.addIssue({ code: "custom", path: attribute.split("."), message });
    refuseLeftOut(cloneLeftOut, config, refuse);
    checkLocation(config, refuse);
    checkHardware(config, refuse);
    checkGuest(config, refuse);
    checkOutcome(config, refuse);
    if (config.linked_clone && config.disk_size > 0) {
      refuse("disk_size", "cannot be set together with linked_clone, whose disks are the source's");
    }
    if (config.mac_address !== "" && config.network === "") {
      refuse("mac_address", "needs network, which names what the adapter is connected to");
    }
  });

/** The settings of `vsphere-clone`, checked and completed. */
export type CloneConfig = z.output<typeof cloneConfig>;
