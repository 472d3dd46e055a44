import { z } from "zod";
import { MAC_ADDRESS } from "./clone.ts";
import { connectionFields } from "./connection.ts";
import { checkGuest, guestFields } from "./guest.ts";
import { checkHardware, hardwareFields } from "./hardware.ts";
import { isoLeftOut } from "./left-out.ts";
import { checkLocation, locationFields } from "./location.ts";
import { checkOutcome, outcomeFields } from "./outcome.ts";
import { leftOutFields, type Refuse, refuseLeftOut } from "./refuse.ts";

const CHECKSUM =
  /^(none|file:.+|((md5|sha1|sha256|sha512):)?([0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128}))$/;

const isoFields = {
  guest_os_type: z
    .string()
    .default("otherGuest")
    .describe("The guest's id, such as debian12_64Guest."),
  vm_version: z
    .int()
    .min(0)
    .default(0)
    .describe("The version of the virtual hardware. Default: the newest that the host has."),
  network_adapters: z
    .array(
      z.strictObject({
        network: z
          .string()
          .default("")
          .describe("The network: a name, a path, or an id. Default: the host's only one."),
        network_card: z
          .enum(
            ["vmxnet3", "vmxnet2", "e1000", "e1000e", "pcnet32", "sriov"],
            "must be vmxnet3, vmxnet2, e1000, e1000e, pcnet32 or sriov",
          )
          .describe("The kind of adapter, such as vmxnet3."),
        mac_address: z
          .union([z.literal(""), z.string().regex(MAC_ADDRESS, "must be like 00:50:56:00:00:00")])
          .default("")
          .describe("The adapter's MAC address. Default: the vCenter gives one."),
        passthrough: z.boolean().optional().describe("Use DirectPath I/O."),
      }),
    )
    .default([])
    .describe("Network adapters to add."),
  usb_controller: z
    .array(z.enum(["usb", "xhci"], "must be usb or xhci"))
    .default([])
    .describe("USB controllers to add: usb for USB 2, xhci for USB 3."),
  iso_url: z
    .string()
    .default("")
    .describe("Where the ISO image is: an http, https or file URL, or a path."),
  iso_urls: z
    .array(z.string().min(1))
    .default([])
    .describe("Where the ISO image is; each is tried until one answers."),
  iso_checksum: z
    .string()
    .regex(
      CHECKSUM,
      "must be like sha256:…, md5:…, sha1:…, sha512:…, file:https://example.com/SHA256SUMS, or none",
    )
    .optional()
    .describe("The checksum of the ISO image."),
  iso_target_path: z
    .string()
    .default("")
    .describe("The file to keep the ISO image in. Default: one in Packer's cache."),
  local_cache_overwrite: z
    .boolean()
    .default(false)
    .describe("Download the ISO image even where this machine has it."),
  remote_cache_overwrite: z
    .boolean()
    .default(false)
    .describe("Upload the ISO image even where the datastore has it."),
  remote_cache_cleanup: z
    .boolean()
    .default(false)
    .describe("Remove the uploaded ISO image from the datastore in the end."),
  remote_cache_datastore: z
    .string()
    .default("")
    .describe("The datastore to upload the ISO image to. Default: the machine's."),
  remote_cache_path: z
    .string()
    .regex(/^(?!.*(^|\/)\.\.?(\/|$))[^\\[\]\p{Cc}]*$/u, "must be a folder's path, without . and ..")
    .default("packer_cache")
    .transform(
      (path) =>
        path
          .split("/")
          .filter((name) => name !== "")
          .join("/") || "packer_cache",
    )
    .describe("The folder on that datastore."),
};

/**
 * The settings of `vsphere-iso`, named as the official builder's. Its options that are left out are known here so that
 * they can be refused with a word on what to do instead.
 *
 * Source: packer-plugin-vsphere 2.0.0, `builder/vsphere/iso/config.go` and `step_create.go`.
 */
export const isoConfig = z
  .strictObject({
    ...connectionFields,
    ...isoFields,
    ...locationFields,
    ...hardwareFields,
    ...guestFields,
    ...outcomeFields,
    ...leftOutFields(isoLeftOut),
  })
  .superRefine((config, context) => {
    const refuse: Refuse = (attribute, message) =>
      context.addIssue({ code: "custom", path: attribute.split("."), message });
    refuseLeftOut(isoLeftOut, config, refuse);
    checkLocation(config, refuse);
    checkHardware(config, refuse);
    checkGuest(config, refuse);
    checkOutcome(config, refuse);
    checkIso(config, refuse);
    if (config.storage.length === 0) {
      refuse("storage", "is missing; add a block with the disk_size of the disk to install on");
    }
    if (new Set(config.usb_controller).size < config.usb_controller.length) {
      refuse("usb_controller", "can have each kind once");
    }
  });

/** The settings of `vsphere-iso`, checked and completed. */
export type IsoConfig = z.output<typeof isoConfig>;

function checkIso(
  config: z.output<z.ZodObject<Pick<typeof isoFields, "iso_url" | "iso_urls" | "iso_checksum">>>,
  refuse: Refuse,
): void {
  if (config.iso_url !== "" && config.iso_urls.length > 0) {
    refuse("iso_urls", "cannot be set together with iso_url; keep one of them");
  }
  const isAsked = config.iso_url !== "" || config.iso_urls.length > 0;
  if (isAsked && config.iso_checksum === undefined) {
    refuse("iso_checksum", "is missing; give the checksum of the ISO image, such as sha256:…");
  }
  if (!isAsked && config.iso_checksum !== undefined) {
    refuse("iso_checksum", "is of no use without iso_url");
  }
}
