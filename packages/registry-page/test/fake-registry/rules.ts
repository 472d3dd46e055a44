import {
  type BuildRow,
  type ChannelRow,
  isUsable,
  nameOf,
  pointsAt,
  type Store,
  type VersionRow,
} from "./model.ts";
import { refuse } from "./refusal.ts";

/** How a version is revoked. */
export interface Revocation {
  at: string;
  message: string;
  descendants: boolean;
  rollBack: boolean;
}

/** Revokes a version as the registry does, and answers whom that reaches and which channels it moves. */
export function revoke(store: Store, version: VersionRow, revocation: Revocation) {
  if (version.number === 0) refuse(9, `the version ${version.fingerprint} is incomplete`);
  if (version.revocation?.by === version.id) refuse(9, `${nameOf(version)} is revoked already`);
  const reached = [version, ...(revocation.descendants ? descendantsOf(store, version) : [])];
  const fresh = reached.filter((one) => one === version || one.revocation === undefined);
  for (const one of fresh) {
    const { at, message } = revocation;
    one.revocation = { by: version.id, at, author: "ada", message };
  }
  const ids = fresh.map(({ id }) => id);
  const affected = store.channels.filter((channel) => ids.includes(pointsAt(channel) ?? ""));
  const moved = affected.map((channel) => {
    const from = pointsAt(channel) as string;
    if (revocation.at <= new Date().toISOString()) moveOn(store, channel, revocation.rollBack);
    return { channel, from, to: pointsAt(channel) };
  });
  return { versions: fresh, channels: moved };
}

/** Takes back a revocation and what was inherited from it. */
export function restore(store: Store, version: VersionRow): void {
  if (version.revocation?.by !== version.id) {
    refuse(9, `${nameOf(version)} is not revoked by itself: there is nothing to restore`);
  }
  for (const one of store.versions) {
    if (one.revocation?.by === version.id) delete one.revocation;
  }
  for (const channel of store.channels.filter(({ managed }) => managed)) {
    moveOn(store, channel, false);
  }
}

/** Points a channel at a version, or at none. */
export function assign(store: Store, channel: ChannelRow, fingerprint: string): void {
  if (channel.managed) refuse(9, `the channel "${channel.name}" is managed by the registry`);
  const version = store.versions.find(
    (one) => one.bucket === channel.bucket && one.fingerprint === fingerprint,
  );
  if (fingerprint !== "" && version === undefined) refuse(5, `there is no version ${fingerprint}`);
  if (version !== undefined && !isUsable(version)) refuse(9, `${nameOf(version)} is revoked`);
  channel.history.unshift({ versionId: version?.id, author: "ada", at: new Date().toISOString() });
}

/** All that was built on a version, nearest first. */
export function descendantsOf(store: Store, version: VersionRow): VersionRow[] {
  const found = new Set<VersionRow>();
  let generation = [version];
  while (generation.length > 0) {
    const ids = generation.map(({ id }) => id);
    generation = store.versions.filter(
      (one) => !found.has(one) && one.builds.some((build) => ids.includes(parentId(build))),
    );
    for (const one of generation) found.add(one);
  }
  return [...found];
}

export function parentId(build: BuildRow): string {
  return build.parent?.versionId ?? "";
}

function moveOn(store: Store, channel: ChannelRow, rollBack: boolean): void {
  const byId = new Map(store.versions.map((version) => [version.id, version]));
  const usable = (id: string | undefined) => {
    const version = byId.get(id ?? "");
    return version !== undefined && isUsable(version);
  };
  const newest = store.versions
    .filter((version) => version.bucket === channel.bucket && isUsable(version))
    .sort((one, other) => other.number - one.number)[0]?.id;
  const earlier = channel.history.find(({ versionId }) => usable(versionId))?.versionId;
  if (!channel.managed && !rollBack) return;
  const versionId = channel.managed ? newest : earlier;
  if (versionId === pointsAt(channel)) return;
  channel.history.unshift({ versionId, author: "registry", at: new Date().toISOString() });
}
