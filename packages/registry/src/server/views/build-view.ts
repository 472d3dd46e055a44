import type { Artifact, Build, BuildStatus } from "../../api/index.ts";
import type { artifacts, builds } from "../../storage/schema/index.ts";
import type { Work } from "../work.ts";
import { byId } from "./by-id.ts";

export type ArtifactRow = typeof artifacts.$inferSelect;

/** A build with its artifacts; its metadata is left out of answers that are not about builds. */
export type BuildRow = Omit<typeof builds.$inferSelect, "metadata"> & {
  metadata?: Record<string, unknown> | null;
  artifacts: ArtifactRow[];
};

/** What to load of a build for {@link presentBuild}, its metadata included. */
export const BUILD_PARTS = {
  with: { artifacts: { orderBy: byId } },
} as const;

/** A build's status now: one that runs without a sign of life is cancelled, even before the sweep says so. */
export function statusOf(
  row: Pick<BuildRow, "status" | "heartbeatAt">,
  work: Pick<Work, "staleBefore">,
): BuildStatus {
  const stale = row.heartbeatAt !== null && row.heartbeatAt < work.staleBefore;
  return row.status === "BUILD_RUNNING" && stale ? "BUILD_CANCELLED" : (row.status as BuildStatus);
}

/** A build as it is sent. */
export function presentBuild(row: BuildRow, work: Pick<Work, "staleBefore">): Build {
  return {
    id: row.id,
    version_id: row.versionId,
    component_type: row.componentType,
    platform: row.platform,
    status: statusOf(row, work),
    packer_run_uuid: row.packerRunUuid,
    source_external_identifier: row.sourceExternalIdentifier,
    labels: row.labels,
    artifacts: row.artifacts.map(presentArtifact),
    ...(row.metadata == null ? {} : { metadata: row.metadata }),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function presentArtifact(row: ArtifactRow): Artifact {
  return {
    id: row.id,
    external_identifier: row.externalIdentifier,
    region: row.region,
    created_at: row.createdAt.toISOString(),
  };
}
