import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { durationField, sshFields } from "@packerkit/ssh-communicator";
import { z } from "zod";
import { flag, name, region, text } from "./fields.ts";

const STORAGE = ["Standard_LRS", "StandardSSD_LRS", "Premium_LRS"] as const;
const CACHING = ["None", "ReadOnly", "ReadWrite"] as const;

const file = () =>
  z
    .string()
    .refine((path) => existsSync(path), "does not exist")
    .optional();

function isAddressRange(range: string): boolean {
  const [address = "", bits, ...rest] = range.split("/");
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const isLength = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return version !== 0 && isLength && rest.length === 0;
}

/** What the machine is made from. */
export const sourceFields = {
  image_publisher: text().describe("The publisher of the marketplace's image to start from."),
  image_offer: text().describe("The image's offer."),
  image_sku: text().describe("The image's SKU."),
  image_version: z.string().min(1).default("latest").describe("The image's version."),
  custom_managed_image_name: name("image").describe("The managed image to start from."),
  custom_managed_image_resource_group_name: name("group").describe("Its resource group."),
  shared_image_gallery: z
    .strictObject({
      id: text().describe("The id of an image version, in place of the rest."),
      subscription: text().describe("The gallery's subscription."),
      resource_group: name("group").describe("The gallery's resource group."),
      gallery_name: name("gallery").describe("The gallery."),
      image_name: name("galleryImage").describe("The image definition in the gallery."),
      image_version: text().describe("The version. Default: the latest one."),
      community_gallery_image_id: text().describe("Not supported."),
      direct_shared_gallery_image_id: text().describe("Not supported."),
    })
    .optional()
    .describe("The gallery's image to start from."),
};

/** The machine that is provisioned. */
export const machineFields = {
  location: region().optional().describe("The region to build in."),
  build_resource_group_name: name("group").describe(
    "The resource group to build in; it must exist. Default: one is made, and deleted in the end.",
  ),
  temp_resource_group_name: name("group").describe("The name of the resource group that is made."),
  temp_compute_name: name("machine").describe(
    "The machine's name. Default: pkrvm and a random text.",
  ),
  temp_nic_name: name("resource").describe("The network interface's name."),
  temp_os_disk_name: name("resource").describe("The system disk's name."),
  custom_resource_build_prefix: name("prefix").describe(
    "What the names of all that is made for a while begin with. Default: pkr.",
  ),
  vm_size: z.string().min(1).default("Standard_A1").describe("The machine's size."),
  os_type: z.string().min(1).describe("The operating system; it must be Linux."),
  os_disk_size_gb: z.int().min(1).max(4095).optional().describe("The system disk's size in GB."),
  disk_additional_size: z
    .array(z.int().min(1).max(65_536))
    .max(64)
    .default([])
    .describe("The sizes of further disks in GB."),
  disk_caching_type: z
    .enum(CACHING, "is none of None, ReadOnly and ReadWrite")
    .default("ReadWrite")
    .describe("How the host caches the disks."),
  managed_image_storage_account_type: z
    .enum(STORAGE, "is none of Standard_LRS, StandardSSD_LRS and Premium_LRS")
    .default("Standard_LRS")
    .describe("What the machine's disks are stored on."),
  custom_data: text().describe("What cloud-init reads at the first start, in base64."),
  custom_data_file: file().describe("The file of what cloud-init reads at the first start."),
  user_data: text().describe("What the machine can ask for at any time, in base64."),
  user_data_file: file().describe("The file of what the machine can ask for at any time."),
  plan_info: z
    .strictObject({
      plan_name: text().describe("The plan's name."),
      plan_product: text().describe("The plan's product."),
      plan_publisher: text().describe("The plan's publisher."),
      plan_promotion_code: text().describe("A promotion code."),
    })
    .optional()
    .describe("The plan of a marketplace's image that has one."),
  azure_tags: z
    .record(z.string().min(1).max(512), z.string().max(256))
    .default({})
    .describe("Tags of everything that is made."),
  azure_tag: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(512).describe("The tag's name."),
        value: z.string().max(256).describe("The tag's value."),
      }),
    )
    .default([])
    .describe("The same as `azure_tags`, one tag a block."),
  async_resourcegroup_delete: flag().describe(
    "Do not wait until the resource group that was made is gone.",
  ),
};

/** How the machine is reached. */
export const networkFields = {
  virtual_network_name: name("resource").describe(
    "The network to build in. Default: one is made, and the machine has a public address.",
  ),
  virtual_network_resource_group_name: name("group").describe("The network's resource group."),
  virtual_network_subnet_name: name("resource").describe(
    "The network's subnet. Default: its only one.",
  ),
  private_virtual_network_with_public_ip: flag().describe(
    "Give the machine a public address in `virtual_network_name`.",
  ),
  allowed_inbound_ip_addresses: z
    .array(
      z.string().refine(isAddressRange, "is no address or range; write for instance 10.0.0.0/8"),
    )
    .default([])
    .describe("Who may reach the machine over SSH. Default: everyone."),
  public_ip_sku: z
    .enum(["Standard", "Basic"], "is neither Standard nor Basic")
    .optional()
    .describe("The kind of the public address. Default: Standard."),
  accelerated_networking: flag().describe("Let the machine's network bypass the host."),
  communicator: z
    .enum(["ssh", "none"], "can be ssh or none: Windows and WinRM are not supported")
    .default("ssh")
    .describe("How provisioners reach the machine: ssh or none."),
  ...sshFields,
  ssh_username: z.string().min(1).default("packer").describe("The user to log in as."),
  ssh_timeout: durationField("20m").describe("How long to wait for SSH, such as 10m."),
  polling_duration_timeout: durationField("15m").describe(
    "How long each change of a resource may take, such as 30m.",
  ),
};
