import type { z } from "zod";
import type { sbom } from "../../api/index.ts";
import type { SbomRow } from "../rules/sboms.ts";

/** An SBOM as it is sent, without its content. */
export function presentSbom(row: SbomRow): z.infer<typeof sbom> {
  return { id: row.id, name: row.name, format: row.format as "CYCLONEDX" | "SPDX" };
}
