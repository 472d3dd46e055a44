import { z } from "zod";

/** A name of a resource. Source: Compute Engine's API, `resource.name` of images and instances. */
const RESOURCE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A setting that holds a resource's name. */
export function resourceName() {
  return z
    .string()
    .regex(
      RESOURCE_NAME,
      "must be 1 to 63 lower-case letters, digits and dashes, begin with a letter, and not end with a dash",
    );
}

/** A setting that holds a list of texts. */
export function texts() {
  return z.array(z.string()).default([]);
}

/** The settings of an image that builds and imports have in common. */
export const commonImageFields = {
  image_family: resourceName().optional().describe("The family that the image belongs to."),
  image_labels: z
    .record(z.string(), z.string())
    .default({})
    .describe("Labels of the image; they reach the registry as `tags`."),
  image_guest_os_features: texts().describe("Features of the guest OS, such as UEFI_COMPATIBLE."),
  image_storage_locations: z
    .array(z.string())
    .max(1, "has more than one location; name one region or multi-region")
    .default([])
    .describe("Where the image is stored: one region or multi-region."),
  image_architecture: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(["X86_64", "ARM64"], "is neither X86_64 nor ARM64"))
    .optional()
    .describe("The image's architecture. Default: that of what it is made of."),
  image_platform_key: z
    .string()
    .min(1)
    .optional()
    .describe("A file: the Secure Boot platform key."),
  image_key_exchange_key: texts().describe("Files: Secure Boot key exchange keys."),
  image_signatures_db: texts().describe("Files: certificates that may sign boot files."),
  image_forbidden_signatures_db: texts().describe("Files: certificates that may not sign any."),
};
