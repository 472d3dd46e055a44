import { z } from "zod";

/** Every form that HCL has. `hcl-read-by-go.json` holds what Go reads by its spec. */
export const toySchema = z.strictObject({
  name: z.string(),
  size: z.number().default(8),
  ratio: z.number().optional(),
  serial: z.coerce.bigint().optional(),
  on: z.boolean().default(false),
  mode: z.union([z.number(), z.literal("auto")]).optional(),
  tags: z.record(z.string(), z.string()).default({}),
  zones: z.array(z.string()).default(["a"]),
  matrix: z.array(z.array(z.number())).optional(),
  boot: z.strictObject({ path: z.string(), pull: z.boolean().default(true) }).optional(),
  disk: z.array(z.strictObject({ size: z.int(), label: z.string().default("d") })),
  user: z.array(z.strictObject({ id: z.string() })).default([{ id: "root" }]),
});
