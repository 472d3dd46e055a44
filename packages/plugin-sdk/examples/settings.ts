import { defineBuilder } from "@packerkit/plugin-sdk";
import { z } from "zod";

export const builder = defineBuilder({
  config: z.strictObject({
    image_name: z.string().min(1).describe("The name of the image to create."),
    token: z.string().meta({ sensitive: true, description: "The token to sign in with." }),
    flavour: z.string().optional().meta({ deprecated: true, instead: "use machine_type" }),
    machine_type: z.enum(["small", "large"]).default("small"),
    disk: z.array(z.object({ size: z.number() })).default([]),
  }),
  run: async () => undefined,
});
