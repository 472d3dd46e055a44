/** How processes of a container run; the engine's own field names. Source: `ContainerConfig` of the Engine API. */
export interface ContainerConfig {
  Hostname: string;
  Domainname: string;
  User: string;
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  ExposedPorts?: Record<string, object>;
  Tty: boolean;
  OpenStdin: boolean;
  StdinOnce: boolean;
  Env: string[] | null;
  Cmd: string[] | null;
  Image: string;
  Volumes: Record<string, object> | null;
  WorkingDir: string;
  Entrypoint: string[] | null;
  OnBuild: string[] | null;
  Labels: Record<string, string> | null;
}

/** What a container has of its host. What the stand-in has no use for is kept as it was sent. */
export interface HostConfig {
  NetworkMode: string;
  AutoRemove: boolean;
  [field: string]: unknown;
}

/** An image that the engine has from the start, or that can be pulled. */
export interface DockerSeedImage {
  /** Such as `alpine:3.20`. */
  reference: string;
  /** Its files: path to text. */
  files?: Record<string, string>;
  env?: string[];
  command?: string[];
  entrypoint?: string[];
  labels?: Record<string, string>;
}

/** An image, as {@link DockerEngineSnapshot} tells it. */
export interface DockerImageSummary {
  /** `sha256:…`. */
  id: string;
  /** Such as `busybox:latest`. */
  tags: string[];
  /** Such as `busybox@sha256:…`. */
  digests: string[];
  /** The id of the image that it was made from on this engine; empty where there is none. */
  parent: string;
}

/** A container, as {@link DockerEngineSnapshot} tells it. */
export interface DockerContainerSummary {
  id: string;
  name: string;
  /** The id of its image. */
  image: string;
  status: ContainerStatus;
}

/** Everything that exists on the engine. */
export interface DockerEngineSnapshot {
  images: DockerImageSummary[];
  containers: DockerContainerSummary[];
}

export type ContainerStatus = "created" | "running" | "exited";

/** The version that the stand-in says it is, and the API versions that it takes. */
export const ENGINE_VERSION = "20.10.24";
export const API_VERSION = "1.41";
export const MIN_API_VERSION = "1.12";
export const MAX_API_VERSION = "1.44";

/** Where commands are looked for unless the image says otherwise. */
export const DEFAULT_SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A configuration in which nothing is set. */
export function emptyConfig(): ContainerConfig {
  return {
    Hostname: "",
    Domainname: "",
    User: "",
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: null,
    Cmd: null,
    Image: "",
    Volumes: null,
    WorkingDir: "",
    Entrypoint: null,
    OnBuild: null,
    Labels: null,
  };
}

/**
 * Fills what a configuration leaves open from the image's: an entrypoint of one's own drops the image's command.
 *
 * Source: `merge`, moby `daemon/commit.go`.
 */
export function mergeConfig(own: ContainerConfig, image: ContainerConfig): ContainerConfig {
  const inheritsCommand = own.Entrypoint === null || own.Entrypoint.length === 0;
  const ports = { ...image.ExposedPorts, ...own.ExposedPorts };
  return {
    ...own,
    ...(Object.keys(ports).length === 0 ? {} : { ExposedPorts: ports }),
    User: own.User || image.User,
    WorkingDir: own.WorkingDir || image.WorkingDir,
    Env: mergeEnvironment(own.Env, image.Env),
    Labels: mergeRecords(image.Labels, own.Labels),
    Volumes: mergeRecords(image.Volumes, own.Volumes),
    Cmd: inheritsCommand && !own.Cmd?.length ? image.Cmd : own.Cmd,
    Entrypoint: own.Entrypoint ?? image.Entrypoint,
  };
}

/** `NAME=value` entries of both; those of `own` win. */
export function mergeEnvironment(own: string[] | null, base: string[] | null): string[] | null {
  if (own === null) return base;
  const names = new Set(own.map(variableName));
  return [...own, ...(base ?? []).filter((entry) => !names.has(variableName(entry)))];
}

/** `NAME=value` entries as an object. */
export function environmentOf(entries: readonly string[] | null): Record<string, string> {
  return Object.fromEntries(
    (entries ?? []).map((entry) => [
      variableName(entry),
      entry.slice(variableName(entry).length + 1),
    ]),
  );
}

function variableName(entry: string): string {
  const mark = entry.indexOf("=");
  return mark === -1 ? entry : entry.slice(0, mark);
}

function mergeRecords<Value>(
  base: Record<string, Value> | null,
  own: Record<string, Value> | null,
): Record<string, Value> | null {
  return base === null && own === null ? null : { ...base, ...own };
}
