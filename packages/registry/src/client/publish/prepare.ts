import {
  type BuildAnswer,
  bucketAnswer,
  buildAnswer,
  buildsAnswer,
  enforcedBlocksAnswer,
  type VersionAnswer,
  versionAnswer,
} from "../answers.ts";
import type { Connection } from "../connection.ts";
import { RegistryClientError } from "../errors.ts";
import { loadVersion } from "../look-ups.ts";
import type { PublishOptions } from "./options.ts";

const ALREADY_EXISTS = 6;
const UNIMPLEMENTED = 12;

/** A version that takes builds, and its builds by their component. */
export interface PreparedVersion {
  version: VersionAnswer;
  builds: Map<string, BuildAnswer>;
  /** Below the project's path. */
  path: string;
}

/**
 * Makes or finds the bucket, the version and a build for each component, in the order in which Packer core does.
 *
 * Source: `Initialize` and `populateVersion`, packer `internal/hcp/registry/types.bucket.go`.
 *
 * @throws {RegistryClientError} `VERSION_COMPLETE`; `REFUSED` for a version that was begun with another template type.
 */
export async function prepareVersion(
  connection: Connection,
  options: PublishOptions & { fingerprint: string },
  componentTypes: readonly string[],
  runUuid: string,
): Promise<PreparedVersion> {
  const { bucket, fingerprint, templateType = "HCL2" } = options;
  await upsertBucket(connection, options);
  const version = await openVersion(connection, options, templateType);
  const path = `/buckets/${encodeURIComponent(bucket)}/versions/${encodeURIComponent(fingerprint)}`;
  await warnOfEnforcedBlocks(connection, options);
  const builds = await listBuilds(connection, path, options.signal);
  const missing = componentTypes.filter((name) => !builds.has(name));
  const taken = await Promise.all(
    missing.map(async (componentType) => {
      const build = await createBuild(connection, path, componentType, runUuid, options.signal);
      if (build !== undefined) builds.set(componentType, build);
      return build === undefined;
    }),
  );
  // Another process registered one of them meanwhile.
  const all = taken.includes(true) ? await listBuilds(connection, path, options.signal) : builds;
  return { version, builds: all, path };
}

async function upsertBucket(connection: Connection, options: PublishOptions): Promise<void> {
  const { bucket: name, description = "", bucketLabels: labels = {}, signal } = options;
  const path = `/buckets/${encodeURIComponent(name)}`;
  const common = { answer: bucketAnswer, signal };
  const found = await connection
    .call({ method: "GET", path, ...common })
    .catch((error) => ignore(error, "NOT_FOUND"));
  if (found === undefined) {
    const body = { name, description, labels };
    await connection
      .call({ method: "PUT", path: "/buckets", body, ...common })
      .catch((error) => ignore(error, ALREADY_EXISTS));
    return;
  }
  if (found.bucket.description === description && sameLabels(found.bucket.labels, labels)) return;
  await connection.call({ method: "PATCH", path, body: { description, labels }, ...common });
}

async function openVersion(
  connection: Connection,
  { bucket, fingerprint, signal }: PublishOptions & { fingerprint: string },
  templateType: string,
): Promise<VersionAnswer> {
  const version =
    (await loadVersion(connection, bucket, fingerprint, signal)) ??
    (await createVersion(connection, bucket, fingerprint, templateType, signal)) ??
    (await loadVersion(connection, bucket, fingerprint, signal));
  if (version === undefined) {
    throw new RegistryClientError(
      "NOT_FOUND",
      `the version ${fingerprint} of the bucket ${JSON.stringify(bucket)} was removed while it was being made`,
    );
  }
  const begun = version.template_type;
  if (begun !== "" && begun !== "TEMPLATE_TYPE_UNSET" && begun !== templateType) {
    throw new RegistryClientError(
      "REFUSED",
      `the version ${fingerprint} was begun with a template of ${begun}: go on with that, or take another fingerprint`,
    );
  }
  if (version.name !== "v0") {
    throw new RegistryClientError(
      "VERSION_COMPLETE",
      `the version ${fingerprint} of the bucket ${JSON.stringify(bucket)} is complete as ${version.name}: publish under another fingerprint`,
    );
  }
  return version;
}

async function createVersion(
  connection: Connection,
  bucket: string,
  fingerprint: string,
  templateType: string,
  signal: AbortSignal | undefined,
): Promise<VersionAnswer | undefined> {
  const made = await connection
    .call({
      method: "POST",
      path: `/buckets/${encodeURIComponent(bucket)}/versions`,
      body: { fingerprint, template_type: templateType },
      answer: versionAnswer,
      signal,
    })
    .catch((error) => ignore(error, ALREADY_EXISTS));
  return made?.version;
}

/** Packer would add these provisioners to its builds; who builds otherwise has to hear of them. */
async function warnOfEnforcedBlocks(
  connection: Connection,
  { bucket, onWarning, signal }: PublishOptions,
): Promise<void> {
  const found = await connection
    .call({
      method: "GET",
      path: `/enforced_blocks/bucket/${encodeURIComponent(bucket)}`,
      answer: enforcedBlocksAnswer,
      signal,
    })
    .catch((error) => ignore(error, "NOT_FOUND", UNIMPLEMENTED));
  for (const block of found?.enforced_block_detail ?? []) {
    onWarning?.(
      `the bucket ${JSON.stringify(bucket)} enforces the block ${JSON.stringify(block.name)}, which only Packer itself adds to builds`,
    );
  }
}

async function listBuilds(
  connection: Connection,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, BuildAnswer>> {
  const builds = new Map<string, BuildAnswer>();
  for (let token = ""; ; ) {
    const answer = await connection.call({
      method: "GET",
      path: `${path}/builds`,
      query: { "pagination.next_page_token": token || undefined },
      answer: buildsAnswer,
      signal,
    });
    for (const build of answer.builds) builds.set(build.component_type, build);
    token = answer.pagination;
    if (token === "") return builds;
  }
}

async function createBuild(
  connection: Connection,
  path: string,
  componentType: string,
  runUuid: string,
  signal: AbortSignal | undefined,
): Promise<BuildAnswer | undefined> {
  const made = await connection
    .call({
      method: "POST",
      path: `${path}/builds`,
      body: { component_type: componentType, packer_run_uuid: runUuid, status: "BUILD_UNSET" },
      answer: buildAnswer,
      signal,
    })
    .catch((error) => ignore(error, ALREADY_EXISTS));
  return made?.build;
}

function sameLabels(one: Record<string, string>, other: Record<string, string>): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

function ignore(error: unknown, ...expected: (string | number)[]): undefined {
  const { code, grpcCode } = Object(error) as RegistryClientError;
  if (expected.includes(code) || (grpcCode !== undefined && expected.includes(grpcCode))) return;
  throw error;
}
