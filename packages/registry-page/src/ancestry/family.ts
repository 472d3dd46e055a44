import {
  type AncestryStatus,
  type Connection,
  getVersion,
  listRelations,
  type Relation,
  type Relative,
  type VersionPath,
  type VersionStatus,
} from "../api/index.ts";

/** A version of a family. */
export interface FamilyVersion extends VersionPath {
  kind: "version";
  key: string;
  /** Such as `v3`. */
  name: string;
  status: VersionStatus;
  /** How many versions built on it are left out. */
  hiddenChildren: number;
}

/** A source that the registry does not know, such as a vendor's image. */
export interface UntrackedSource {
  kind: "untracked";
  key: string;
  identifier: string;
  platform: string;
}

export type Member = FamilyVersion | UntrackedSource;

/** `child` was built on `parent`; both are keys of members. */
export interface Link {
  parent: string;
  child: string;
  /** `undefined` where the parent is not tracked. */
  status: AncestryStatus | undefined;
  /** The channel that the parent was found by, and the name of the version that it points at now. */
  channel: string | undefined;
  channelVersion: string | undefined;
}

/** A version, what it was built on at any distance, and what was built on it. */
export interface Family {
  centre: string;
  members: ReadonlyMap<string, Member>;
  links: readonly Link[];
  /** Whether more generations, or more members, are left out. */
  isCut: boolean;
}

/** How much of a family is looked at. */
export interface FamilyLimits {
  /** Generations in each direction. */
  generations: number;
  /** Relations of the centre; others get a quarter. */
  fanOut: number;
  members: number;
}

/**
 * The family of a version: its ancestors and its descendants, but not what else was built on its ancestors.
 *
 * @throws {RegistryError}
 */
export async function loadFamily(
  connection: Connection,
  centre: VersionPath,
  limits: FamilyLimits,
  signal?: AbortSignal,
): Promise<Family> {
  const { name, status } = await getVersion(connection, centre, signal);
  const search = new FamilySearch(connection, limits, signal);
  const key = search.addVersion({ ...centre, name, status });
  await Promise.all([search.explore(centre, "parents"), search.explore(centre, "children")]);
  return search.result(key);
}

/** What tells a version from all others of its project. */
export function versionKey({ bucket, fingerprint }: VersionPath): string {
  return JSON.stringify([bucket, fingerprint]);
}

class FamilySearch {
  readonly #connection: Connection;
  readonly #limits: FamilyLimits;
  readonly #signal: AbortSignal | undefined;
  readonly #members = new Map<string, Member>();
  readonly #links = new Map<string, Link>();
  #isCut = false;

  constructor(connection: Connection, limits: FamilyLimits, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#limits = limits;
    this.#signal = signal;
  }

  /** Looks generation after generation, so that a limit cuts off what is farthest. */
  async explore(centre: VersionPath, type: "parents" | "children"): Promise<void> {
    const seen = new Set([versionKey(centre)]);
    let generation = [centre];
    for (let distance = 0; generation.length > 0; distance++) {
      if (distance === this.#limits.generations || this.#members.size >= this.#limits.members) {
        this.#isCut = true;
        return;
      }
      const relatives = await Promise.all(
        generation.map((path) => this.#relativesOf(path, type, distance)),
      );
      generation = relatives.flat().filter((path) => {
        const key = versionKey(path);
        return !seen.has(key) && seen.add(key);
      });
    }
  }

  /** Adds a version, unless it is there, and answers its key. */
  addVersion(version: Omit<FamilyVersion, "kind" | "key" | "hiddenChildren">): string {
    const key = versionKey(version);
    if (!this.#members.has(key)) {
      this.#members.set(key, { kind: "version", key, hiddenChildren: 0, ...version });
    }
    return key;
  }

  result(centre: string): Family {
    return {
      centre,
      members: this.#members,
      links: [...this.#links.values()],
      isCut: this.#isCut,
    };
  }

  async #relativesOf(
    path: VersionPath,
    type: "parents" | "children",
    distance: number,
  ): Promise<VersionPath[]> {
    const { fanOut } = this.#limits;
    const pageSize = distance === 0 ? fanOut : Math.ceil(fanOut / 4);
    const request = { ...path, type, pageSize };
    const { relations, total } = await listRelations(this.#connection, request, this.#signal);
    for (const relation of relations) this.#addRelation(relation);
    const hidden = total - relations.length;
    const own = this.#members.get(versionKey(path));
    if (hidden > 0) this.#isCut = true;
    if (own?.kind === "version" && type === "children") own.hiddenChildren = hidden;
    return relations.flatMap(({ parent, child }) => {
      const relative = type === "parents" ? parent : child;
      return relative === undefined ? [] : [pathOf(relative)];
    });
  }

  #addRelation({ child, parent, status, platform, source_external_identifier }: Relation): void {
    const childKey = this.#addRelative(child);
    const parentKey =
      parent === undefined
        ? this.#addUntracked(source_external_identifier, platform)
        : this.#addRelative(parent);
    const channel = parent?.channel_name;
    this.#links.set(JSON.stringify([parentKey, childKey, channel]), {
      parent: parentKey,
      child: childKey,
      status: parent === undefined ? undefined : status,
      channel,
      channelVersion: parent?.channel_version?.name,
    });
  }

  #addRelative(relative: Relative): string {
    const { version_name: name, version_status: status } = relative;
    return this.addVersion({ ...pathOf(relative), name, status });
  }

  #addUntracked(identifier: string, platform: string): string {
    const key = JSON.stringify([platform, identifier, "untracked"]);
    this.#members.set(key, { kind: "untracked", key, identifier, platform });
    return key;
  }
}

function pathOf({ bucket_name, version_fingerprint }: Relative): VersionPath {
  return { bucket: bucket_name, fingerprint: version_fingerprint };
}
