/** A text is no reference to an image; the message is the engine's own. */
export class InvalidReference extends Error {
  override readonly name = "InvalidReference";
}

/** A reference to an image in full, such as `docker.io/library/busybox:latest`. */
export interface ImageReference {
  /** With the registry's host: `docker.io/library/busybox`. */
  repository: string;
  tag: string | undefined;
  /** `sha256:…`. */
  digest: string | undefined;
}

const HOST = /^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9])(?::\d+)?$/;
const PATH_PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HUB = "docker.io";
const HUB_FOLDER = `${HUB}/library/`;

/**
 * Reads a reference as the engine does: without a host it is Docker Hub's, without a user it is of `library`.
 *
 * Source: `ParseNormalizedNamed` of distribution/reference.
 *
 * @throws {InvalidReference}
 */
export function parseReference(text: string): ImageReference {
  const [named = "", digest] = splitOnce(text, "@");
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const name = hasTag ? named.slice(0, colon) : named;
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  const repository = fullName(name);
  const isSound =
    (tag === undefined || TAG.test(tag)) && (digest === undefined || DIGEST.test(digest));
  if (!isSound) throw new InvalidReference("invalid reference format");
  return { repository, tag, digest };
}

/** A repository by name and a tag, as the query fields `repo` and `tag` have them; the tag is `latest` by default. */
export function parseRepositoryAndTag(repository: string, tag: string): ImageReference {
  const reference = parseReference(repository);
  if (reference.digest !== undefined) throw new InvalidReference("invalid reference format");
  if (tag === "") return { ...reference, tag: reference.tag ?? "latest" };
  if (!TAG.test(tag)) throw new InvalidReference("invalid tag format");
  return { ...reference, tag };
}

/** The short form that the engine shows: `docker.io/library/busybox` is `busybox`. */
export function familiarName(repository: string): string {
  if (repository.startsWith(HUB_FOLDER)) return repository.slice(HUB_FOLDER.length);
  return repository.startsWith(`${HUB}/`) ? repository.slice(HUB.length + 1) : repository;
}

function fullName(name: string): string {
  if (/^[0-9a-f]{64}$/.test(name)) {
    throw new InvalidReference(
      "invalid repository name, cannot specify 64-byte hexadecimal strings",
    );
  }
  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === "localhost";
  const host = hasHost ? first : HUB;
  const path = hasHost ? name.slice(slash + 1) : name;
  if (path !== path.toLowerCase()) {
    throw new InvalidReference("invalid reference format: repository name must be lowercase");
  }
  if (!HOST.test(host) || !path.split("/").every((part) => PATH_PART.test(part))) {
    throw new InvalidReference("invalid reference format");
  }
  const isHub = host === HUB || host === "index.docker.io";
  if (!isHub) return `${host}/${path}`;
  return path.includes("/") ? `${HUB}/${path}` : `${HUB_FOLDER}${path}`;
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
