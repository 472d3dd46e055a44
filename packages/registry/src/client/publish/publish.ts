import { randomUUID } from "node:crypto";
import { ulid } from "ulid";
import { messageOf } from "../../errors.ts";
import { type BuildAnswer, nothing } from "../answers.ts";
import type { Connection } from "../connection.ts";
import { RegistryClientError } from "../errors.ts";
import { loadVersion } from "../look-ups.ts";
import type { BuildSource, PublishedBuild, PublishedVersion, PublishOptions } from "./options.ts";
import { type PreparedVersion, prepareVersion } from "./prepare.ts";
import { published, runBuild } from "./run-build.ts";

/**
 * Publishes a version: registers all builds, runs those that no earlier run has finished, side by side, stores their
 * images and points the channels at the version. As Packer core does, a build that fails leaves the version
 * incomplete: the same fingerprint again resumes it.
 *
 * @throws {RegistryClientError} what the first build that failed threw, once all others are over; the message names
 * the fingerprint to resume with.
 */
export async function publishVersion(
  connection: Connection,
  sources: Readonly<Record<string, BuildSource>>,
  options: PublishOptions,
): Promise<PublishedVersion> {
  const fingerprint = options.fingerprint ?? ulid();
  const runUuid = randomUUID();
  const known = { ...options, fingerprint };
  const prepared = await prepareVersion(connection, known, Object.keys(sources), runUuid);
  const outcomes = await Promise.allSettled(
    Object.entries(sources).map(([componentType, source]) =>
      publishBuild(connection, prepared, { componentType, source, runUuid }, options),
    ),
  );
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw withFingerprint(failed.reason, fingerprint);
  const builds = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const channels = await assignChannels(connection, options, fingerprint);
  const version = (await loadVersion(connection, options.bucket, fingerprint)) ?? prepared.version;
  return {
    bucket: options.bucket,
    fingerprint,
    versionId: version.id,
    versionName: version.name,
    status: version.status,
    builds,
    channels,
  };
}

async function publishBuild(
  connection: Connection,
  prepared: PreparedVersion,
  part: { componentType: string; source: BuildSource; runUuid: string },
  options: PublishOptions,
): Promise<PublishedBuild> {
  const { componentType, source, runUuid } = part;
  const build = prepared.builds.get(componentType);
  if (build === undefined) {
    throw new RegistryClientError(
      "NOT_FOUND",
      `the build ${componentType} was removed while it was being made`,
    );
  }
  if (isFinished(build)) return published(componentType, build, true);
  const path = `${prepared.path}/builds/${encodeURIComponent(build.id)}`;
  return await runBuild(connection, { build, path, runUuid, source }, options);
}

/** Source: `IsNotDone`, packer `internal/hcp/registry/types.builds.go`. */
function isFinished(build: BuildAnswer): boolean {
  return build.status === "BUILD_DONE" || build.artifacts.length > 0;
}

/** A channel that cannot be assigned does not undo the publish. */
async function assignChannels(
  connection: Connection,
  { bucket, channels = [], onWarning }: PublishOptions,
  fingerprint: string,
): Promise<PublishedVersion["channels"]> {
  const results: PublishedVersion["channels"] = [];
  for (const name of channels) {
    try {
      await connection.call({
        method: "PATCH",
        path: `/buckets/${encodeURIComponent(bucket)}/channels/${encodeURIComponent(name)}`,
        body: { version_fingerprint: fingerprint, update_mask: "versionFingerprint" },
        answer: nothing,
      });
      results.push({ name, assigned: true });
    } catch (error) {
      const problem = messageOf(error);
      onWarning?.(`the channel ${JSON.stringify(name)} was not assigned: ${problem}`);
      results.push({ name, assigned: false, problem });
    }
  }
  return results;
}

function withFingerprint(reason: unknown, fingerprint: string): unknown {
  if (!(reason instanceof RegistryClientError)) return reason;
  const { code, message, cause, grpcCode } = reason;
  return new RegistryClientError(code, `${message}; resume with the fingerprint ${fingerprint}`, {
    cause: cause ?? reason,
    ...(grpcCode === undefined ? {} : { grpcCode }),
  });
}
