import { durationField, sshFields } from "@packerkit/ssh-communicator";
import { z } from "zod";
import { authenticationFields } from "./authentication.ts";
import { checkConfig } from "./check-config.ts";
import { endpointFields } from "./endpoints.ts";
import { commonImageFields, resourceName, texts } from "./image-fields.ts";
import { fieldsOf, leftOutOfBuilder } from "./left-out.ts";

const flag = () => z.boolean().default(false);

/** Where and of what to build. */
const sourceFields = {
  project_id: z.string().min(1).describe("The project to build in."),
  zone: z
    .string()
    .regex(/^[a-z][-a-z0-9]*-[a-z0-9]+$/, "is no zone; write for instance us-central1-a")
    .describe("The zone to build in, such as us-central1-a."),
  region: z
    .string()
    .min(1)
    .optional()
    .describe("The region that the zone is in. Default: it follows from the zone."),
  source_image: z
    .string()
    .min(1)
    .optional()
    .describe("The image to start from. It counts more than `source_image_family`."),
  source_image_family: z
    .string()
    .min(1)
    .optional()
    .describe("The family to start from: its newest image that is not deprecated."),
  source_image_project_id: texts().describe(
    "The projects to look for the source image in, in this order. Default: `project_id`, then Google's public ones.",
  ),
};

/** The image to make. */
const imageFields = {
  image_name: resourceName()
    .optional()
    .describe("The name of the image to make. Default: packer- and the time in seconds."),
  image_project_id: z
    .string()
    .min(1)
    .optional()
    .describe("The project to make the image in. Default: `project_id`."),
  ...commonImageFields,
  image_description: z.string().default("Created by Packer").describe("The image's description."),
  image_licenses: texts().describe("Licenses of the image, as URLs."),
  deprecate_at: z.string().min(1).optional().describe("When the image is deprecated (RFC 3339)."),
  obsolete_at: z.string().min(1).optional().describe("When the image is obsolete (RFC 3339)."),
  delete_at: z.string().min(1).optional().describe("When the image shall be deleted (RFC 3339)."),
  skip_create_image: flag().describe("Build, and make no image."),
};

/** The instance that is provisioned. */
const instanceFields = {
  instance_name: resourceName()
    .optional()
    .describe("The instance's name. Default: packer- and a random id."),
  machine_type: z.string().min(1).default("e2-standard-2").describe("The instance's machine type."),
  min_cpu_platform: z.string().min(1).optional().describe("The least CPU platform."),
  labels: z.record(z.string(), z.string()).default({}).describe("Labels of the instance."),
  tags: texts().describe("Network tags of the instance."),
  metadata: z.record(z.string(), z.string()).default({}).describe("Metadata of the instance."),
  metadata_files: z
    .record(z.string(), z.string())
    .default({})
    .describe("Metadata of the instance whose values are in files."),
  startup_script_file: z
    .string()
    .min(1)
    .optional()
    .describe("The file of a script that the instance runs when it starts."),
  wrap_startup_script: z
    .boolean()
    .default(true)
    .describe("Wait for the start-up script to end, and fail where it fails."),
  disk_name: resourceName().optional().describe("The disk's name. Default: the instance's."),
  disk_size: z.int().min(1).default(20).describe("The disk's size in GB."),
  disk_type: z.string().min(1).default("pd-standard").describe("The disk's type, such as pd-ssd."),
  on_host_maintenance: z
    .enum(["MIGRATE", "TERMINATE"], "is neither MIGRATE nor TERMINATE")
    .optional()
    .describe("MIGRATE or TERMINATE. Default: MIGRATE; TERMINATE where it is preemptible."),
  preemptible: flag().describe("Make the instance a preemptible one."),
  enable_nested_virtualization: flag().describe("Allow virtual machines in the instance."),
  enable_secure_boot: flag().describe("Shielded VM: Secure Boot."),
  enable_vtpm: flag().describe("Shielded VM: virtual trusted platform module."),
  enable_integrity_monitoring: flag().describe("Shielded VM: integrity monitoring; needs vTPM."),
  service_account_email: z
    .string()
    .min(1)
    .optional()
    .describe("The instance's service account. Default: the project's default one."),
  disable_default_service_account: flag().describe("Give the instance no service account."),
  scopes: z
    .array(z.string())
    .default([
      "https://www.googleapis.com/auth/userinfo.email",
      "https://www.googleapis.com/auth/compute",
      "https://www.googleapis.com/auth/devstorage.full_control",
    ])
    .describe("What the instance's service account may do there."),
};

/** How the instance is reached. */
const networkFields = {
  network: z
    .string()
    .min(1)
    .optional()
    .describe("The instance's network, a name or a URL. Default: default, without a subnetwork."),
  subnetwork: z.string().min(1).optional().describe("The instance's subnetwork, a name or a URL."),
  network_project_id: z
    .string()
    .min(1)
    .optional()
    .describe("The project of network and subnetwork. Default: `project_id`."),
  network_ip: z.ipv4("is no IPv4 address").optional().describe("The internal address to have."),
  omit_external_ip: flag().describe("Give the instance no external address."),
  use_internal_ip: flag().describe("Reach the instance at its internal address."),
  communicator: z
    .enum(["ssh", "none"], "can be ssh or none")
    .default("ssh")
    .describe("How provisioners reach the instance: ssh or none."),
  ...sshFields,
  state_timeout: durationField("5m").describe(
    "How long to wait for each change of the instance, the disk and the image, such as 10m.",
  ),
};

/**
 * The builder's settings, named as the official plugin's options are. Its options that are left out are known here so
 * that they can be refused with a word on what to do instead.
 *
 * Source: packer-plugin-googlecompute 1.2.7, `builder/googlecompute/config.go` and `lib/common/auth.go`.
 */
export const configSchema = z
  .strictObject({
    ...sourceFields,
    ...imageFields,
    ...instanceFields,
    ...networkFields,
    ...authenticationFields,
    ...endpointFields,
    ...fieldsOf(leftOutOfBuilder),
  })
  .superRefine((config, context) =>
    checkConfig(config, (attribute, message) =>
      context.addIssue({ code: "custom", path: [attribute], message }),
    ),
  );

/** The builder's settings, checked and completed. */
export type GoogleComputeConfig = z.output<typeof configSchema>;
