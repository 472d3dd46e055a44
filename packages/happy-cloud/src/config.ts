import { validateLabels } from "@packerkit/registry-image";
import { z } from "zod";

/** The settings of the `happy-cloud` builder, as a template gives them. */
export const config = z.strictObject({
  api_url: z.url().describe("Where the cloud's API answers, such as https://api.happy.example/v1."),
  token: z
    .string()
    .min(1)
    .meta({ sensitive: true, description: "The bearer token to sign in with." }),
  region: z.string().describe("The id of the region to build in, such as sunny-east."),
  source_image: z.string().describe("The name or the id of the image to start from."),
  image_name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, "must be 1 to 63 lower-case letters, digits and dashes")
    .describe("The name of the image to create; it is unique in its region."),
  labels: z
    .record(z.string(), z.string())
    .superRefine((labels, context) => {
      try {
        validateLabels(labels);
      } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
      }
    })
    .default({})
    .describe("Labels for the image; they reach the registry with it."),
});

export type Config = z.output<typeof config>;
