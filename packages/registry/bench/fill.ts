import { BUCKET_CHILDREN_OF_BUILDS } from "../src/storage/bucket-children.ts";

/** Runs one statement. */
export type Execute = (statement: string) => Promise<unknown>;

export interface FillOptions {
  projectId: string;
  /** How many artifacts to make, rounded to what whole versions hold. */
  artifacts: number;
  /** How many children the version `fan-0` has; {@link FAN_OUT} by default. */
  fanOut?: number;
}

/** The longest line of ancestors, and the most children of one version. */
export const DEPTH = 50;
export const FAN_OUT = 1_000;

const ARTIFACTS_OF_BUILD = 5;
const BUILDS_OF_VERSION = 2;
const VERSIONS_OF_BUCKET = 100;

/**
 * Fills a registry by SQL, which takes a minute where publishing would take hours: buckets `fill-<n>` with a hundred
 * versions of ten artifacts each, a line of ancestors `line-1` to `line-50`, and a version `fan-0` with a thousand
 * children. Ids are of 26 digits, as ULIDs are.
 */
export async function fillRegistry(
  execute: Execute,
  { projectId, artifacts, fanOut = FAN_OUT }: FillOptions,
): Promise<void> {
  const perBucket = ARTIFACTS_OF_BUILD * BUILDS_OF_VERSION * VERSIONS_OF_BUCKET;
  const buckets = Math.max(1, Math.round(artifacts / perBucket));
  const project = `'${projectId}'`;
  await fillBuckets(execute, project, buckets);
  await fillFamily(execute, project, fanOut);
  await execute(BUCKET_CHILDREN_OF_BUILDS);
  for (const table of [
    "buckets",
    "versions",
    "channels",
    "builds",
    "artifacts",
    "bucket_children",
  ]) {
    await execute(`VACUUM (ANALYZE) ${table}`);
  }
}

async function fillBuckets(execute: Execute, project: string, buckets: number): Promise<void> {
  const numbers = `generate_series(1, ${buckets}) AS b`;
  const versions = `generate_series(1, ${VERSIONS_OF_BUCKET}) AS v`;
  const builds = `generate_series(1, ${BUILDS_OF_VERSION}) AS c`;
  await execute(insertBuckets(project, "'fill-' || b", id("BK", "b"), numbers, VERSIONS_OF_BUCKET));
  await execute(
    insertVersions(id("VR", "b * 1000 + v"), id("BK", "b"), "v", `${numbers}, ${versions}`),
  );
  await execute(
    insertLatest(
      id("CH", "b"),
      id("BK", "b"),
      id("VR", `b * 1000 + ${VERSIONS_OF_BUCKET}`),
      numbers,
    ),
  );
  await execute(
    insertBuilds(project, {
      id: id("BD", "b * 10000 + v * 10 + c"),
      version: id("VR", "b * 1000 + v"),
      component: "'cloud.' || c",
      source: "'source-' || b || '-' || v",
      parent: "NULL",
      from: `${numbers}, ${versions}, ${builds}`,
    }),
  );
  await execute(
    insertArtifacts(project, {
      id: id("AR", "b * 100000 + v * 100 + c * 10 + a"),
      build: id("BD", "b * 10000 + v * 10 + c"),
      external: "'image-' || b || '-' || v || '-' || c || '-' || a",
      region: "'region-' || a",
      from: `${numbers}, ${versions}, ${builds}, generate_series(1, ${ARTIFACTS_OF_BUILD}) AS a`,
    }),
  );
}

/** A line of ancestors, each built on the one before, and a version with many children; one version a bucket. */
async function fillFamily(execute: Execute, project: string, fanOut: number): Promise<void> {
  for (const { prefix, first, last, parent } of [
    {
      prefix: "line",
      first: 1,
      last: DEPTH,
      parent: `CASE WHEN n > 1 THEN ${id("line", "n - 1")} END`,
    },
    {
      prefix: "fan",
      first: 0,
      last: fanOut,
      parent: `CASE WHEN n > 0 THEN ${id("fan", "0")} END`,
    },
  ]) {
    const numbers = `generate_series(${first}, ${last}) AS n`;
    const key = id(prefix, "n");
    await execute(insertBuckets(project, `'${prefix}-' || n`, key, numbers, 1));
    await execute(insertVersions(key, key, "1", numbers));
    await execute(insertLatest(key, key, key, numbers));
    await execute(
      insertBuilds(project, {
        id: key,
        version: key,
        component: "'cloud.1'",
        source: `'${prefix}-source-' || n`,
        parent,
        from: numbers,
      }),
    );
    const external = `'${prefix}-image-' || n`;
    await execute(
      insertArtifacts(project, {
        id: key,
        build: key,
        external,
        region: "'region-1'",
        from: numbers,
      }),
    );
  }
}

/** 26 digits: two that tell the kind, and a number. */
function id(kind: string, number: string): string {
  const prefix = kind.toUpperCase().slice(0, 2);
  return `'${prefix}' || lpad((${number})::text, 24, '0')`;
}

function insertBuckets(project: string, name: string, key: string, from: string, last: number) {
  return `INSERT INTO buckets (id, project_id, name, description, labels, platforms, last_version_number, created_at, updated_at)
    SELECT ${key}, ${project}, ${name}, '', '{"team": "fill"}', '{cloud}', ${last}, now(), now() FROM ${from}`;
}

function insertVersions(key: string, bucket: string, number: string, from: string) {
  return `INSERT INTO versions (id, bucket_id, fingerprint, number, template_type, author_id, completed_at,
      revocation_message, revocation_author, revocation_settled, created_at, updated_at)
    SELECT ${key}, ${bucket}, 'print-' || ${key}, ${number}, 'HCL2', 'fill', now(), '', '', false, now(), now() FROM ${from}`;
}

function insertLatest(key: string, bucket: string, version: string, from: string) {
  return `INSERT INTO channels (id, bucket_id, name, version_id, managed, restricted, author_id, created_at, updated_at)
    SELECT ${key}, ${bucket}, 'latest', ${version}, true, false, 'fill', now(), now() FROM ${from}`;
}

interface BuildColumns {
  id: string;
  version: string;
  component: string;
  source: string;
  parent: string;
  from: string;
}

function insertBuilds(project: string, columns: BuildColumns): string {
  const { id: key, version, component, source, parent, from } = columns;
  return `INSERT INTO builds (id, version_id, project_id, component_type, platform, status, labels, packer_run_uuid,
      source_external_identifier, parent_version_id, created_at, updated_at)
    SELECT ${key}, ${version}, ${project}, ${component}, 'cloud', 'BUILD_DONE', '{"os": "linux"}', '',
      ${source}, ${parent}, now(), now() FROM ${from}`;
}

interface ArtifactColumns {
  id: string;
  build: string;
  external: string;
  region: string;
  from: string;
}

function insertArtifacts(project: string, columns: ArtifactColumns): string {
  const { id: key, build, external, region, from } = columns;
  return `INSERT INTO artifacts (id, build_id, project_id, external_identifier, region, created_at)
    SELECT ${key}, ${build}, ${project}, ${external}, ${region}, now() FROM ${from}`;
}
