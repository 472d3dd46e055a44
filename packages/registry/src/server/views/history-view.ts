import type { z } from "zod";
import type { channelAssignment } from "../../api/index.ts";
import { channelAssignments } from "../../storage/schema/index.ts";
import type { PageRules } from "../pagination.ts";
import type { Work } from "../work.ts";
import { presentVersion, VERSION_PARTS, type VersionRow } from "./version-view.ts";

/** An entry of a channel's history. */
export type AssignmentRow = typeof channelAssignments.$inferSelect & {
  version: VersionRow | null;
};

/** What to load of an entry for {@link presentAssignment}. */
export const HISTORY_PARTS = { with: { version: VERSION_PARTS } } as const;

/** Newest first. */
export const HISTORY_PAGES: PageRules<AssignmentRow> = {
  fields: {
    sequence: { column: channelAssignments.sequence, of: (row) => row.sequence },
  },
  defaultOrder: "sequence desc",
  unique: "sequence",
};

/** An entry as it is sent. */
export function presentAssignment(
  row: AssignmentRow,
  work: Work,
): z.infer<typeof channelAssignment> {
  const named = {
    version_name: row.versionName,
    version_fingerprint: row.versionFingerprint,
  };
  return {
    ...(row.version === null ? {} : { version: presentVersion(row.version, work) }),
    ...(row.versionName === "" ? {} : named),
    author_id: row.authorId,
    assigned_at: row.assignedAt.toISOString(),
  };
}
