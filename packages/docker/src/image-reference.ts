/** What an image may be called: a repository with an optional tag or digest, or an id. */
export const IMAGE_REFERENCE = /^[A-Za-z0-9][\w.:/@+-]*$/;

/** Whether a reference is an image's id. */
export function isImageId(reference: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(reference);
}

/**
 * Splits a reference into repository and tag or digest, as the engine wants them for a pull. Without a tag the
 * engine would pull every one that there is, so that it is `latest` then.
 */
export function splitTag(reference: string): { fromImage: string; tag: string } {
  const [, digested, digest] = /^(.+)@(.+)$/.exec(reference) ?? [];
  if (digested !== undefined && digest !== undefined) return { fromImage: digested, tag: digest };
  const [, tagged, tag] = /^(.+):([^/:]+)$/.exec(reference) ?? [];
  return { fromImage: tagged ?? reference, tag: tag ?? "latest" };
}

/** What a tag may be. Source: `TagRegexp`, distribution/reference. */
export const TAG = /^\w[\w.-]{0,127}$/;

const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/;
const PATH_PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/** The longest name of a repository. Source: `NameTotalLengthMax`, distribution/reference. */
const MAX_REPOSITORY = 255;

/**
 * Whether an image can be given this name, without a tag: a path, after a registry's host where it is not Docker Hub's.
 *
 * Source: `ParseNormalizedNamed`, distribution/reference.
 */
export function isRepository(name: string): boolean {
  // 64 hexadecimal digits would be taken for an image's id.
  if (name.length > MAX_REPOSITORY || /^[0-9a-f]{64}$/.test(name)) return false;
  const host = registryOf(name);
  const hasHost = name.startsWith(`${host}/`);
  const path = hasHost ? name.slice(host.length + 1) : name;
  return (!hasHost || HOST.test(host)) && path.split("/").every((part) => PATH_PART.test(part));
}

/** The many names of Docker Hub. */
const DOCKER_HUB: ReadonlySet<string> = new Set([
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
]);

/**
 * The host of the registry that a reference names, with its port; `docker.io` where it names none.
 *
 * Source: `ParseDockerRef`, distribution/reference.
 */
export function registryOf(reference: string): string {
  const [host = "", ...path] = reference.split("/");
  const isHost = path.length > 0 && (/[.:]/.test(host) || host === "localhost");
  return isHost ? host : "docker.io";
}

/** A repository as the engine shows it: without Docker Hub's host, and without `library`. */
export function familiarName(repository: string): string {
  const host = registryOf(repository);
  if (!DOCKER_HUB.has(host)) return repository;
  const path = repository.startsWith(`${host}/`) ? repository.slice(host.length + 1) : repository;
  return path.replace(/^library\/(?=[^/]+$)/, "");
}

/** Whether two names, with or without a scheme and a path, are of one registry. */
export function isSameRegistry(one: string, other: string): boolean {
  return registryHost(one) === registryHost(other);
}

function registryHost(name: string): string {
  const host = name
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/s, "");
  return DOCKER_HUB.has(host) ? "docker.io" : host;
}
