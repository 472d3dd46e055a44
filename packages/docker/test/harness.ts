import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import {
  type Communicator,
  type InProcessProvisioner,
  type RunBuildOptions,
  runBuild,
  type Ui,
} from "@packerkit/plugin-sdk";
import type { Artifact } from "@packerkit/registry-image";
import Docker from "dockerode";
import { dockerBuilder, readEngineAddress } from "../src/index.ts";

/** An engine to test against. */
export interface TestEngine extends AsyncDisposable {
  /** The address of its unix socket. */
  readonly address: string;
  /** An image on it with a shell and the everyday commands; its command is `sh` and it has no entrypoint. */
  readonly image: string;
  /**
   * What the engine is without: `volumes`, so that what is mounted is a part of the container; `owners`, so that
   * everything belongs to root.
   */
  readonly lacks?: readonly ("volumes" | "owners")[];
  /** Whether each way to lose a connection is tried once for each call, and not anew in every build that makes it. */
  readonly triesOnce?: boolean;
}

/** What an engine holds. */
export interface Inventory {
  containers: string[];
  images: string[];
  /** The names of the images. */
  names: string[];
  volumes: string[];
}

/** Another client than the one under test, to look and to tidy up with. */
export function dockerAt(address: string): Docker {
  return new Docker(readEngineAddress(address).connection as Docker.DockerOptions);
}

export async function inventoryOf({ address, lacks = [] }: TestEngine): Promise<Inventory> {
  const docker = dockerAt(address);
  const [containers, images, volumes] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listImages({ all: true }),
    lacks.includes("volumes") ? { Volumes: [] } : docker.listVolumes(),
  ]);
  return {
    containers: containers.map(({ Id }) => Id).sort(),
    images: images.map(({ Id }) => Id).sort(),
    names: images.flatMap(({ RepoTags }) => RepoTags ?? []).sort(),
    volumes: (volumes.Volumes ?? []).map(({ Name }) => Name).sort(),
  };
}

/** A {@link Ui} that keeps what it is told. */
export function recordingUi(): Ui & { readonly lines: string[]; readonly errors: string[] } {
  const lines: string[] = [];
  const errors: string[] = [];
  return {
    lines,
    errors,
    say: (line) => void lines.push(line),
    error: (line) => void errors.push(line),
    machine: () => {},
    ask: async () => "",
    trackProgress: () => ({ advance: () => {}, close: () => {} }),
  };
}

/** Builds on an engine; nothing is pulled unless the settings say so. */
export function build(
  address: string,
  config: Readonly<Record<string, unknown>>,
  options: Partial<RunBuildOptions> = {},
): Promise<Artifact | undefined> {
  return runBuild(dockerBuilder, {
    ui: recordingUi(),
    ...options,
    config: { docker_host: address, ...("build" in config ? {} : { pull: false }), ...config },
  });
}

/** Runs a command to its end. */
export async function run(
  communicator: Communicator,
  command: string,
  options: { input?: string; signal?: AbortSignal } = {},
): Promise<{ status: number; stdout: string; stderr: string }> {
  const out = new PassThrough();
  const err = new PassThrough();
  const { input, signal } = options;
  const [status, stdout, stderr] = await Promise.all([
    communicator.start(
      {
        command,
        stdout: out,
        stderr: err,
        ...(input === undefined ? {} : { stdin: Readable.from([input]) }),
      },
      signal === undefined ? {} : { signal },
    ),
    text(out),
    text(err),
  ]);
  return { status, stdout, stderr };
}

/** A provisioner that runs a command, and fails as a shell provisioner does. */
export function shell(command: string): InProcessProvisioner {
  return async ({ communicator, signal }) => {
    const { status, stderr } = await run(communicator, command, { signal });
    if (status !== 0) throw new Error(`the command exited with ${status}: ${stderr}`);
  };
}

/** Runs a build that is discarded, and hands the communicator and the id of its container over. */
export async function inContainer(
  { address, image }: TestEngine,
  settings: Readonly<Record<string, unknown>>,
  use: (communicator: Communicator, id: string) => Promise<void>,
): Promise<void> {
  await build(
    address,
    { image, discard: true, ...settings },
    { provisioners: [({ communicator, data }) => use(communicator, String(data["ID"]))] },
  );
}

/** A folder of its own for one test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "packerkit-docker-"));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
