import type { Relation, VersionStatus } from "../../api/index.ts";
import { alias } from "../../storage/drizzle.ts";
import { buckets, type builds, channels, versions } from "../../storage/schema/index.ts";
import { maySee } from "../auth/roles.ts";
import type { Work } from "../work.ts";
import { ancestryStatusOf, nameOf, versionStatusOf } from "./version-view.ts";

/** The tables of a relation between two versions, by what they are in it. */
export const RELATION = {
  child: alias(versions, "child"),
  childBucket: alias(buckets, "child_bucket"),
  parent: alias(versions, "parent"),
  parentBucket: alias(buckets, "parent_bucket"),
  /** The channel by which the child found its parent. */
  used: alias(channels, "used"),
  /** What that channel points at now. */
  current: alias(versions, "current"),
};

type VersionColumns = typeof versions.$inferSelect;

/** A build that stands on something, and what that is. */
export interface RelationRow {
  build: Pick<
    typeof builds.$inferSelect,
    "id" | "platform" | "sourceExternalIdentifier" | "parentVersionId"
  >;
  child: VersionColumns;
  childBucket: typeof buckets.$inferSelect;
  parent: VersionColumns | null;
  parentBucket: typeof buckets.$inferSelect | null;
  used: typeof channels.$inferSelect | null;
  current: VersionColumns | null;
}

/** A relation as it is sent; without the channel where the caller may not know of it. */
export function presentRelation(row: RelationRow, work: Work): Relation {
  const { build, child, childBucket, parent, parentBucket, used } = row;
  return {
    child: relative(child, childBucket.name, work),
    ...(parent === null || parentBucket === null
      ? {}
      : {
          parent: {
            ...relative(parent, parentBucket.name, work),
            ...throughChannel(row, work),
          },
        }),
    status: ancestryStatusOf({ ...build, parentChannel: used }),
    platform: build.platform,
    source_external_identifier: build.sourceExternalIdentifier,
  };
}

function relative(version: VersionColumns, bucketName: string, work: Work) {
  const status: VersionStatus = versionStatusOf({ ...version, builds: [] }, work);
  return {
    bucket_name: bucketName,
    version_id: version.id,
    version_name: nameOf(version),
    version_fingerprint: version.fingerprint,
    version_status: status,
  };
}

function throughChannel({ used, current }: RelationRow, { caller }: Work) {
  if (used === null || !maySee(caller.role, used)) return {};
  return {
    channel_name: used.name,
    ...(current === null ? {} : { channel_version: channelVersion(current) }),
  };
}

function channelVersion(version: VersionColumns) {
  return { id: version.id, name: nameOf(version), fingerprint: version.fingerprint };
}
