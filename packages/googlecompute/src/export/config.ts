import { durationField } from "@packerkit/ssh-communicator";
import { z } from "zod";
import { authenticationFields, checkAuthentication } from "../authentication.ts";
import { endpointFields } from "../endpoints.ts";
import { fieldsOf, leftOutAuthentication, refuseLeftOut } from "../left-out.ts";
import { parseObjectPath } from "../storage-client.ts";

/**
 * The settings of the post-processor `googlecompute-export`, named as the official one's are.
 *
 * Source: packer-plugin-googlecompute 1.2.7, `post-processor/googlecompute-export/post-processor.go`.
 */
export const exportConfigSchema = z
  .strictObject({
    paths: z
      .array(
        z
          .string()
          .refine(
            (path) => parseObjectPath(path) !== undefined,
            "is no path of an object; write for instance gs://my-bucket/images/web.tar.gz",
          ),
      )
      .min(1, "is empty; name at least one path, such as gs://my-bucket/images/web.tar.gz")
      .describe("Where to export to: gs://bucket/object.tar.gz, once or more."),
    zone: z
      .string()
      .min(1)
      .optional()
      .describe("The zone of the instance that exports. Default: the zone of the build."),
    machine_type: z.string().min(1).default("n1-highcpu-4").describe("Its machine type."),
    disk_size: z.int().min(1).default(200).describe("The size of its disk in GB."),
    disk_type: z.string().min(1).default("pd-ssd").describe("The type of its disks."),
    source_image_family: z
      .string()
      .min(1)
      .default("debian-12-worker")
      .describe("The family of its image, in the project compute-image-tools."),
    network: z.string().min(1).optional().describe("Its network, a name or a URL."),
    subnetwork: z.string().min(1).optional().describe("Its subnetwork, a name or a URL."),
    omit_external_ip: z.boolean().default(false).describe("Give it no external address."),
    service_account_email: z
      .string()
      .min(1)
      .default("default")
      .describe("Its service account, which writes to the buckets."),
    scopes: z
      .array(z.string())
      .default(["https://www.googleapis.com/auth/cloud-platform"])
      .describe("What its service account may do there."),
    state_timeout: durationField("5m").describe(
      "How long to wait for each change of the instance, such as 10m.",
    ),
    ...authenticationFields,
    ...endpointFields,
    ...fieldsOf(leftOutAuthentication),
  })
  .superRefine((config, context) => {
    const refuse = (attribute: string, message: string) =>
      context.addIssue({ code: "custom", path: [attribute], message });
    refuseLeftOut(leftOutAuthentication, config, refuse);
    checkAuthentication(config, refuse);
  });

/** The settings of `googlecompute-export`, checked and completed. */
export type ExportConfig = z.output<typeof exportConfigSchema>;
