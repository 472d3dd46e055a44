import { z } from "zod";
import { optional } from "./common.ts";
import { LIMITS } from "./limits.ts";

export const sbomFormat = z.enum(["CYCLONEDX", "SPDX"]).meta({ id: "SbomFormat" });

export const uploadSbomBody = z.object({
  compressed_sbom: z
    .base64()
    .max(LIMITS.sbomBody)
    .describe("JSON, compressed with zstd, in base64."),
  format: sbomFormat,
  name: optional(
    z.union([
      z.literal(""),
      z.string().regex(/^[A-Za-z0-9-]{3,36}$/, {
        error: "must be 3 to 36 ASCII letters, digits and hyphens",
      }),
    ]),
  ),
});
export type UploadSbomBody = z.infer<typeof uploadSbomBody>;

export const sbom = z
  .object({ id: z.string(), name: z.string(), format: sbomFormat })
  .meta({ id: "Sbom" });

export const sbomAnswer = z.object({ sbom });
export const listSbomsAnswer = z.object({ sboms: z.array(sbom) });
export const downloadAnswer = z.object({ download_url: z.string() });
