import { durationField } from "@packerkit/ssh-communicator";
import { z } from "zod";
import { authenticationFields, checkAuthentication } from "../authentication.ts";
import { checkImageLabels } from "../check-config.ts";
import { endpointFields } from "../endpoints.ts";
import { commonImageFields, resourceName } from "../image-fields.ts";
import { fieldsOf, leftOutOfImport, refuseLeftOut } from "../left-out.ts";

/**
 * The settings of the post-processor `googlecompute-import`, named as the official one's are.
 *
 * Source: packer-plugin-googlecompute 1.2.7, `post-processor/googlecompute-import/post-processor.go`.
 */
export const importConfigSchema = z
  .strictObject({
    project_id: z.string().min(1).describe("The project to make the image in."),
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, "is no name of a bucket")
      .describe("The bucket that the archive is uploaded to."),
    gcs_object_name: z
      .string()
      .min(1)
      .refine((text) => !text.includes("{{"), {
        message:
          "holds a template, which is not evaluated; use HCL's functions, such as formatdate and timestamp",
      })
      .optional()
      .describe("The object's name. Default: packer-import- and the time in seconds, .tar.gz."),
    skip_clean: z.boolean().default(false).describe("Leave the archive in the bucket."),
    image_name: resourceName().describe("The name of the image to make."),
    ...commonImageFields,
    image_description: z.string().default("").describe("The image's description."),
    state_timeout: durationField("30m").describe(
      "How long to wait until the image is made, such as 1h.",
    ),
    ...authenticationFields,
    ...endpointFields,
    ...fieldsOf(leftOutOfImport),
  })
  .superRefine((config, context) => {
    const refuse = (attribute: string, message: string) =>
      context.addIssue({ code: "custom", path: [attribute], message });
    refuseLeftOut(leftOutOfImport, config, refuse);
    checkAuthentication(config, refuse);
    checkImageLabels(config.image_labels, refuse);
  });

/** The settings of `googlecompute-import`, checked and completed. */
export type ImportConfig = z.output<typeof importConfigSchema>;
