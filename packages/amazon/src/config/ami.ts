import { z } from "zod";
import { isKmsKey, KMS_KEY_FORMS } from "./kms-key.ts";
import { tagBlocks, tagMap, templateText } from "./tags.ts";

/** Who may make volumes of a snapshot, and its tags. */
export const snapshotFields = {
  snapshot_tags: tagMap("Tags for the snapshots; they win over those of the image."),
  snapshot_tag: tagBlocks("snapshot_tags"),
  snapshot_users: z.array(z.string()).default([]).describe("Accounts that may use the snapshots."),
  snapshot_groups: z
    .array(z.string())
    .default([])
    .describe("Groups that may use the snapshots; `all` makes them public."),
};

/**
 * The image to make.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/ami_config.go`.
 */
export const amiFields = {
  ami_name: z
    .string()
    .min(3, "must have at least 3 characters")
    .max(128, "must have at most 128 characters")
    .regex(
      /^[A-Za-z0-9()[\] ./\-'@_]*$/,
      "may only have letters, digits, spaces and ()[]./-'@_; make a time stamp with formatdate()",
    )
    .describe("The image's name; it is unique in each region."),
  ami_description: templateText(255).default("").describe("The image's description."),
  ami_regions: z.array(z.string().min(1)).default([]).describe("Regions to copy the image to."),
  skip_region_validation: z.boolean().default(false).describe("Do not check the regions' names."),
  skip_save_build_region: z
    .boolean()
    .default(false)
    .describe("Keep only the copies, and no image in the region of the build."),
  tags: tagMap("Tags for the image and its snapshots."),
  tag: tagBlocks("tags"),
  ...snapshotFields,
  ami_users: z.array(z.string()).default([]).describe("Accounts that may launch the image."),
  ami_groups: z
    .array(z.string())
    .default([])
    .describe("Groups that may launch the image; `all` makes it public."),
  ami_org_arns: z.array(z.string()).default([]).describe("Organizations that may launch it."),
  ami_ou_arns: z.array(z.string()).default([]).describe("Organizational units that may launch it."),
  ami_product_codes: z.array(z.string()).default([]).describe("Product codes of the image."),
  force_deregister: z
    .boolean()
    .default(false)
    .describe("Deregister the images that have the name already. `packer build -force` sets it."),
  force_delete_snapshot: z
    .boolean()
    .default(false)
    .describe("Delete the snapshots of images that force_deregister deregisters."),
  encrypt_boot: z
    .boolean()
    .optional()
    .describe("Make an encrypted image. Default: as the volumes of the instance are."),
  kms_key_id: z.string().min(1).optional().describe("The key for encrypt_boot in this region."),
  region_kms_key_ids: z
    .record(z.string(), z.string())
    .default({})
    .describe("Keys for encrypt_boot by region; empty for the region's default key."),
  snapshot_copy_duration_minutes: z
    .int()
    .min(15)
    .refine((minutes) => minutes % 15 === 0, "must be a multiple of 15")
    .optional()
    .describe("Within what time the snapshots are to be copied."),
  imds_support: z
    .literal("v2.0", 'can only be "v2.0"; leave it out for the legacy metadata service')
    .optional()
    .describe("Instances of the image have version 2 of the metadata service only."),
  deprecate_at: z.iso
    .datetime({ offset: true, error: "is no time; write for instance 2030-01-31T12:00:00Z" })
    .optional()
    .describe("When the image is deprecated."),
};

/** The settings of the image, checked and completed. */
export type AmiConfig = z.output<z.ZodObject<typeof amiFields>>;

/** Options of the image that are left out: what to do instead. */
export const leftOutAmi = {
  ami_virtualization_type: "it can only be that of the source image; leave it out",
  deregistration_protection: "protect the image after the build, with the AWS command line",
  ena_support: "start from an image that has it",
  sriov_support: "start from an image that has it",
} as const;

type Refuse = (path: readonly (string | number)[], message: string) => void;

/** Says what does not fit together. Source: `AMIConfig.Prepare`. */
export function checkAmi(
  config: AmiConfig & { region?: string | undefined },
  refuse: Refuse,
): void {
  const { ami_regions: regions, region_kms_key_ids: keys } = config;
  const keyRegions = Object.keys(keys);
  for (const region of keyRegions) {
    if (!regions.includes(region) && region !== config.region) {
      refuse(["region_kms_key_ids", region], "is not among the ami_regions; add it there");
    }
  }
  if (keyRegions.length > 0) {
    for (const [index, region] of regions.entries()) {
      if (keyRegions.includes(region)) continue;
      refuse(["ami_regions", index], `${region} has no key in region_kms_key_ids; add one, or ""`);
    }
  }
  checkKeys(config, refuse);
  checkSharing(config, refuse);
  if (config.skip_save_build_region && regions.every((region) => region === config.region)) {
    refuse(["skip_save_build_region"], "leaves no image at all without ami_regions");
  }
}

function checkKeys(config: AmiConfig, refuse: Refuse): void {
  const keys: [path: string[], key: string][] = Object.entries(config.region_kms_key_ids)
    .filter(([, key]) => key !== "")
    .map(([region, key]) => [["region_kms_key_ids", region], key]);
  if (config.kms_key_id !== undefined) keys.push([["kms_key_id"], config.kms_key_id]);
  for (const [path, key] of keys) {
    if (!isKmsKey(key)) refuse(path, KMS_KEY_FORMS);
    if (config.encrypt_boot !== true) refuse(path, "is of no use without encrypt_boot = true");
  }
}

/** What is encrypted with a region's default key cannot be used by other accounts. */
function checkSharing(config: AmiConfig, refuse: Refuse): void {
  if (config.encrypt_boot !== true) return;
  const keys = Object.entries(config.region_kms_key_ids);
  const withDefault = keys.find(([, key]) => key === "")?.[0];
  const hasNoKey = config.kms_key_id === undefined && keys.length === 0;
  if (withDefault === undefined && !hasNoKey) return;
  const shares = ["ami_users", "ami_org_arns", "ami_ou_arns", "snapshot_users"] as const;
  for (const share of shares) {
    if (config[share].length === 0) continue;
    refuse(
      [share],
      "cannot be given for an image that is encrypted with a default key; give kms_key_id, or region_kms_key_ids for all regions",
    );
  }
}
