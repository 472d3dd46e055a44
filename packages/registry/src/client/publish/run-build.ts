import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import type { StateReader } from "@packerkit/registry-image";
import { messageOf } from "../../errors.ts";
import { type BuildAnswer, buildAnswer, nothing } from "../answers.ts";
import type { Connection } from "../connection.ts";
import { RegistryClientError } from "../errors.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { type BuildResult, resultOf } from "./images.ts";
import type { BuildSource, PublishedBuild, PublishOptions, Sbom } from "./options.ts";

const compress = promisify<Uint8Array, Buffer>(zstdCompress);

/** Source: `HeartbeatPeriod`, packer `internal/hcp/registry/types.bucket.go`. */
const HEARTBEAT_PERIOD = 120_000;
const FAILED_PRECONDITION = 9;

/** A build that is registered, and what it takes to run and store it. */
export interface RegisteredBuild {
  build: BuildAnswer;
  /** Below the project's path. */
  path: string;
  runUuid: string;
  source: BuildSource;
}

/**
 * Runs a build with signs of life, and stores its images; a failure or a cancel is told to the registry.
 *
 * @throws {RegistryClientError} `BUILD_FAILED` with the reason as its cause, `CANCELLED`, `NO_IMAGES`.
 */
export async function runBuild(
  connection: Connection,
  registered: RegisteredBuild,
  options: PublishOptions,
): Promise<PublishedBuild> {
  const { build, path, runUuid } = registered;
  const say = async (body: object) => {
    const { build: changed } = await connection.call({
      method: "PATCH",
      path,
      body: { packer_run_uuid: runUuid, ...body },
      answer: buildAnswer,
    });
    return changed;
  };
  await say({ status: "BUILD_RUNNING" });
  const { heartbeatPeriod = HEARTBEAT_PERIOD } = options;
  const stopHeartbeat = startHeartbeat(heartbeatPeriod, async () => {
    await say({ status: "BUILD_RUNNING" }).catch((error) =>
      options.onWarning?.(`a heartbeat was lost: ${messageOf(error)}`),
    );
  });
  try {
    const artifacts = await produce(registered.source, options.signal);
    const { parents = [], buildLabels = {}, onWarning = () => {} } = options;
    const result = await resultOf(artifacts, parents, buildLabels, onWarning);
    for (const sbom of options.sboms ?? []) await uploadSbom(connection, path, sbom);
    await stopHeartbeat();
    const stored = await complete(connection, registered, say, {
      ...result,
      ...metadataOf(options),
    });
    return published(build.component_type, stored, false);
  } catch (cause) {
    await stopHeartbeat();
    const isCancelled = options.signal?.aborted ?? false;
    const status = isCancelled ? "BUILD_CANCELLED" : "BUILD_FAILED";
    await say({ status }).catch((error) =>
      options.onWarning?.(`could not tell the registry ${status}: ${messageOf(error)}`),
    );
    throw failure(build.component_type, isCancelled, cause);
  }
}

/** A build as it is reported. */
export function published(
  componentType: string,
  build: BuildAnswer,
  resumed: boolean,
): PublishedBuild {
  return {
    componentType,
    id: build.id,
    resumed,
    artifacts: build.artifacts.map((one) => ({
      externalIdentifier: one.external_identifier,
      region: one.region,
    })),
  };
}

async function produce(
  source: BuildSource,
  signal: AbortSignal | undefined,
): Promise<readonly StateReader[]> {
  signal?.throwIfAborted();
  const made =
    typeof source === "function" ? await source(signal ?? new AbortController().signal) : source;
  signal?.throwIfAborted();
  return Array.isArray(made) ? made : [made as StateReader];
}

async function uploadSbom(connection: Connection, path: string, sbom: Sbom): Promise<void> {
  const compressed = await compress(Buffer.from(sbom.content));
  await connection.call({
    method: "PUT",
    path: `${path}/sboms`,
    body: {
      compressed_sbom: compressed.toString("base64"),
      format: sbom.format,
      ...(sbom.name === undefined ? {} : { name: sbom.name }),
    },
    answer: nothing,
  });
}

/** Where the answer to an earlier attempt was lost, the registry says that the build is done: then it is looked at. */
async function complete(
  connection: Connection,
  { path }: RegisteredBuild,
  say: (body: object) => Promise<BuildAnswer>,
  result: BuildResult,
): Promise<BuildAnswer> {
  try {
    return await say({ ...result, status: "BUILD_DONE" });
  } catch (error) {
    if (!(error instanceof RegistryClientError) || error.grpcCode !== FAILED_PRECONDITION) {
      throw error;
    }
    const { build } = await connection.call({ method: "GET", path, answer: buildAnswer });
    const stored = new Set(build.artifacts.map((one) => one.external_identifier));
    const isOurs = result.artifacts.every((one) => stored.has(one.external_identifier));
    if (build.status === "BUILD_DONE" && isOurs) return build;
    throw error;
  }
}

function metadataOf({ metadata }: PublishOptions): { metadata?: object } {
  return metadata === undefined ? {} : { metadata };
}

function failure(componentType: string, isCancelled: boolean, cause: unknown): RegistryClientError {
  if (isCancelled) {
    return new RegistryClientError("CANCELLED", `the build ${componentType} was cancelled`, {
      cause,
    });
  }
  if (cause instanceof RegistryClientError) return cause;
  return new RegistryClientError(
    "BUILD_FAILED",
    `the build ${componentType} failed: ${messageOf(cause)}`,
    { cause },
  );
}
