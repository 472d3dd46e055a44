import type { CreateVersionBody } from "../../api/index.ts";
import { isUniqueViolation } from "../../storage/database-errors.ts";
import { and, eq, getTableColumns, type SQL, sql } from "../../storage/drizzle.ts";
import { preparedOn, selectPlaceholders } from "../../storage/prepared.ts";
import { buckets, versions } from "../../storage/schema/index.ts";
import { alreadyExists, GRPC, GrpcError, notFound, refused } from "../grpc-error.ts";
import { newId } from "../ids.ts";
import {
  nameOf,
  VERSION_PARTS,
  type VersionColumns,
  type VersionRow,
} from "../views/version-view.ts";
import type { Work } from "../work.ts";
import { inBucket, isBucket, noBucket } from "./buckets.ts";
import {
  type ImageNames,
  imageLocks,
  lockLineage,
  MOST_IMAGE_LOCKS,
  sharedLineageLock,
} from "./locks.ts";

/** A version by the names that paths give it. */
export interface VersionPath {
  bucket: string;
  fingerprint: string;
}

/** The condition that a row is the version for whose `project`, `bucket` and `fingerprint` a prepared query is run. */
export function isVersion(work: Work): SQL | undefined {
  return and(
    inBucket(work, versions.bucketId),
    eq(versions.fingerprint, sql.placeholder("fingerprint")),
  );
}

/** No such version; says 5, where {@link loadVersion} says 10. */
export function noVersion({ bucket, fingerprint }: VersionPath): GrpcError {
  return notFound(`the bucket ${JSON.stringify(bucket)} has no version ${fingerprint}`);
}

/**
 * A version with all that is shown of it.
 *
 * @throws {GrpcError} 5 without the bucket; 10 without the version: Packer core takes that code alone for "create
 * it". Source: `initializeVersion`, packer `internal/hcp/registry/types.bucket.go`.
 */
export async function loadVersion(work: Work, path: VersionPath): Promise<VersionRow> {
  const { database, caller } = work;
  const query = preparedOn(database, "load_version", (id) =>
    database.query.buckets
      .findFirst({
        columns: {},
        where: isBucket(),
        with: {
          versions: {
            where: eq(versions.fingerprint, sql.placeholder("fingerprint")),
            ...VERSION_PARTS,
          },
        },
      })
      .prepare(id),
  );
  const bucket = await query.execute({ project: caller.projectId, ...path });
  if (bucket === undefined) throw noBucket(path.bucket);
  const [version] = bucket.versions;
  if (version !== undefined) return version;
  throw new GrpcError(GRPC.ABORTED, noVersion(path).message);
}

/** A version's own columns, by its names. @throws {GrpcError} 5 without it. */
export async function findVersion(work: Work, path: VersionPath): Promise<VersionColumns> {
  const { database, caller } = work;
  const query = preparedOn(database, "find_version", (id) =>
    database.select().from(versions).where(isVersion(work)).prepare(id),
  );
  const [version] = await query.execute({ project: caller.projectId, ...path });
  if (version !== undefined) return version;
  throw noVersion(path);
}

/** {@link findVersion}, and nobody else changes the version or its builds until the transaction ends. */
export async function lockVersion(work: Work, path: VersionPath): Promise<VersionColumns> {
  const { database, caller } = work;
  const query = preparedOn(database, "lock_version", (id) =>
    database.select().from(versions).where(isVersion(work)).for("update").prepare(id),
  );
  const [version] = await query.execute({ project: caller.projectId, ...path });
  if (version !== undefined) return version;
  throw noVersion(path);
}

/**
 * {@link lockVersion} after the project's lineage, shared, and the images by which its builds are linked, in one
 * statement: PostgreSQL locks a row only once it has all that the row is joined with.
 */
export async function lockVersionAndLineage(
  work: Work,
  path: VersionPath,
  images: ImageNames = { made: [], source: "" },
): Promise<VersionColumns> {
  const { database, caller } = work;
  if (images.made.length > MOST_IMAGE_LOCKS) {
    await lockLineage(work);
    return await lockVersion(work, path);
  }
  const query = preparedOn(database, "lock_version_and_lineage", (id) => {
    const lock = sharedLineageLock(sql.placeholder("project"));
    const locks = database
      .$with("locks", { locks: sql<number>`count(*)`.as("locks") })
      .as(sql`SELECT count(*) AS locks FROM (SELECT ${lock} UNION ALL ${imageLocks()}) AS locked`);
    return database
      .with(locks)
      .select(getTableColumns(versions))
      .from(versions)
      .innerJoin(locks, sql`true`)
      .where(isVersion(work))
      .for("update", { of: versions })
      .prepare(id);
  });
  const [version] = await query.execute({ project: caller.projectId, ...path, ...images });
  if (version !== undefined) return version;
  throw noVersion(path);
}

/** @throws {GrpcError} 9 for a version that is complete. */
export function requireIncomplete(version: VersionColumns, path: VersionPath, what: string): void {
  if (version.number === 0) return;
  throw refused(
    `the version ${path.fingerprint} of the bucket ${JSON.stringify(path.bucket)} is complete as ${nameOf(version)}: ${what}`,
  );
}

/**
 * Makes an incomplete version without builds.
 *
 * @throws {GrpcError} 6 where the bucket has one with that fingerprint.
 */
export async function createVersion(
  work: Work,
  bucketName: string,
  body: CreateVersionBody,
): Promise<VersionRow> {
  const { caller, now } = work;
  const version = {
    id: newId(),
    fingerprint: body.fingerprint,
    number: 0,
    templateType: body.template_type ?? "TEMPLATE_TYPE_UNSET",
    authorId: caller.name,
    completedAt: null,
    revokeAt: null,
    revocationSourceId: null,
    revocationMessage: "",
    revocationAuthor: "",
    revocationSettled: false,
    createdAt: now,
    updatedAt: now,
  };
  const bucketId = await insertVersion(work, bucketName, version);
  const bucket = { name: bucketName };
  const nothing = { builds: [], hasDescendants: false, revocationSource: null };
  return { ...version, bucketId, bucket, ...nothing };
}

/** @returns the id of the bucket. */
async function insertVersion(
  { database, caller }: Work,
  bucket: string,
  version: Omit<VersionColumns, "bucketId">,
): Promise<string> {
  const query = preparedOn(database, "insert_version", (id) =>
    database
      .insert(versions)
      .select(
        sql`SELECT ${selectPlaceholders(versions, { bucketId: buckets.id })} FROM ${buckets} WHERE ${isBucket()}`,
      )
      .returning({ bucketId: versions.bucketId })
      .prepare(id),
  );
  try {
    const [made] = await query.execute({ ...version, project: caller.projectId, bucket });
    if (made !== undefined) return made.bucketId;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const { fingerprint } = version;
    throw alreadyExists(
      `the bucket ${JSON.stringify(bucket)} has a version ${fingerprint} already`,
      error,
    );
  }
  throw noBucket(bucket);
}
