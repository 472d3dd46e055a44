import type { AncestryStatus, Version, VersionStatus } from "../../api/index.ts";
import { type SQL, sql } from "../../storage/drizzle.ts";
import type { versions } from "../../storage/schema/index.ts";
import type { Work } from "../work.ts";
import { type BuildRow, presentBuild, statusOf } from "./build-view.ts";
import { byId } from "./by-id.ts";
import { hrefOf } from "./location.ts";

export type VersionColumns = typeof versions.$inferSelect;

/** A version with what {@link presentVersion} shows of it. */
export type VersionRow = VersionColumns & {
  hasDescendants: boolean;
  bucket: { name: string };
  builds: (BuildRow & { parentChannel: { versionId: string | null } | null })[];
  revocationSource:
    | (Pick<VersionColumns, "id" | "fingerprint" | "number"> & { bucket: { name: string } })
    | null;
};

/** What to load of a version for {@link presentVersion}: `with` and `extras` of a relational query. */
export const VERSION_PARTS = {
  with: {
    bucket: { columns: { name: true } },
    builds: {
      columns: { metadata: false },
      orderBy: byId,
      with: {
        artifacts: { orderBy: byId },
        parentChannel: { columns: { versionId: true } },
      },
    },
    revocationSource: {
      columns: { id: true, fingerprint: true, number: true },
      with: { bucket: { columns: { name: true } } },
    },
  },
  extras: (row: Pick<typeof versions, "id">) => ({ hasDescendants: hasDescendants(row.id) }),
} as const;

function hasDescendants(id: typeof versions.id): SQL.Aliased<boolean> {
  // Not EXISTS: PostgreSQL may answer that for many versions at once, by reading all builds.
  const exists = sql<boolean>`(SELECT true FROM builds child WHERE child.parent_version_id = ${id} LIMIT 1) IS NOT NULL`;
  return exists.as("has_descendants");
}

/** `v3`; `v0` for a version that is not complete. */
export function nameOf(version: Pick<VersionColumns, "number">): string {
  return `v${version.number}`;
}

/** Whether a version may be used by channels and by those who build on it. */
export function isRevoked(version: Pick<VersionColumns, "revokeAt">, now: Date): boolean {
  return version.revokeAt !== null && version.revokeAt <= now;
}

/** A version as it is sent. */
export function presentVersion(row: VersionRow, work: Work): Version {
  return {
    id: row.id,
    name: nameOf(row),
    fingerprint: row.fingerprint,
    bucket_name: row.bucket.name,
    author_id: row.authorId,
    status: versionStatusOf(row, work),
    template_type: row.templateType as Version["template_type"],
    has_descendants: row.hasDescendants,
    ...parentsOf(row, work),
    builds: row.builds.map((build) => presentBuild(build, work)),
    ...revocationOf(row, work),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** A version's status now. */
export function versionStatusOf(
  row: VersionColumns & { builds: Pick<BuildRow, "status" | "heartbeatAt">[] },
  work: Pick<Work, "now" | "staleBefore">,
): VersionStatus {
  if (row.number > 0) {
    if (row.revokeAt === null) return "VERSION_ACTIVE";
    return isRevoked(row, work.now) ? "VERSION_REVOKED" : "VERSION_REVOCATION_SCHEDULED";
  }
  const statuses = new Set(row.builds.map((build) => statusOf(build, work)));
  if (statuses.has("BUILD_RUNNING")) return "VERSION_RUNNING";
  if (statuses.has("BUILD_FAILED")) return "VERSION_FAILED";
  return statuses.has("BUILD_CANCELLED") ? "VERSION_CANCELLED" : "VERSION_INCOMPLETE";
}

/** One status for several relations: the worst of them; `undefined` where there are none. */
export function worstOf(statuses: readonly AncestryStatus[]): AncestryStatus | undefined {
  const order: AncestryStatus[] = ["OUT_OF_DATE", "UNDETERMINED", "UP_TO_DATE"];
  return order.find((status) => statuses.includes(status));
}

/** Whether a build still stands on what its parent's channel points at. */
export function ancestryStatusOf(build: {
  parentVersionId: string | null;
  parentChannel: { versionId: string | null } | null;
}): AncestryStatus {
  if (build.parentChannel === null) return "UNDETERMINED";
  return build.parentChannel.versionId === build.parentVersionId ? "UP_TO_DATE" : "OUT_OF_DATE";
}

function parentsOf(row: VersionRow, { caller }: Work): Pick<Version, "parents"> {
  const tracked = row.builds.filter((build) => build.parentVersionId !== null);
  const status = worstOf(tracked.map(ancestryStatusOf));
  if (status === undefined) return {};
  const query = new URLSearchParams({
    type: "ANCESTRY_TYPE_PARENTS",
    version_fingerprint: row.fingerprint,
  });
  const href = `${hrefOf(caller, "buckets", row.bucket.name, "ancestry")}?${query}`;
  return { parents: { href, status } };
}

function revocationOf(row: VersionRow, { caller }: Work) {
  if (row.revokeAt === null || row.revocationSourceId === null) {
    return { revocation_type: "REVOCATION_TYPE_UNSET" as const };
  }
  const common = {
    revoke_at: row.revokeAt.toISOString(),
    revocation_author: row.revocationAuthor,
    revocation_message: row.revocationMessage,
  };
  if (row.revocationSourceId === row.id) return { ...common, revocation_type: "MANUAL" as const };
  const source = row.revocationSource;
  const known =
    source === null
      ? {}
      : {
          bucket_name: source.bucket.name,
          version_fingerprint: source.fingerprint,
          version_name: nameOf(source),
          href: hrefOf(caller, "buckets", source.bucket.name, "versions", source.fingerprint),
        };
  return {
    ...common,
    revocation_type: "INHERITED" as const,
    revocation_inherited_from: { version_id: row.revocationSourceId, ...known },
  };
}
