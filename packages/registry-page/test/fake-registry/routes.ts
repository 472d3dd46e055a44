import type { ChannelRow, Store, VersionRow } from "./model.ts";
import { refuse } from "./refusal.ts";
import { assign, type Revocation, restore, revoke } from "./rules.ts";
import { presentBuild, relative, Views } from "./views.ts";

/** A request within the project. */
export interface ProjectRequest {
  method: string;
  path: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
}

/** What the registry answers. @throws {Refusal} */
export function answerProject(store: Store, request: ProjectRequest): object {
  const [kind, bucketName, part] = request.path;
  const views = new Views(store);
  if (kind === "_search") return search(store, views, request);
  if (kind === "ancestry") return builtOn(store, views, request.query);
  if (kind !== "buckets") return refuse(12, `there is no ${kind} here`);
  if (bucketName === undefined) {
    const { items, pagination } = pageOf(sorted(store, request.query), request.query);
    return { buckets: items.map((row) => views.bucket(row)), pagination };
  }
  const bucket = store.buckets.find(({ name }) => name === bucketName);
  if (bucket === undefined) return refuse(5, `there is no bucket "${bucketName}" in the project`);
  if (part === "versions") return versions(store, views, bucketName, request);
  if (part === "channels") return channels(store, views, bucketName, request);
  if (part === "ancestry") return ancestry(store, views, bucketName, request.query);
  return { bucket: views.bucket(bucket) };
}

function versions(store: Store, views: Views, bucket: string, request: ProjectRequest): object {
  const [, , , fingerprint, part, buildId, , sbom] = request.path;
  const all = store.versions.filter((version) => version.bucket === bucket);
  if (fingerprint === undefined) {
    const { items, pagination } = pageOf(all.toReversed(), request.query);
    return { versions: items.map((row) => views.version(row, false)), pagination };
  }
  const version = versionOf(store, bucket, fingerprint);
  if (part === "revocation_impact") return impact(store, version, request.query);
  if (part === "builds") {
    const build = version.builds.find(({ id }) => id === buildId);
    if (sbom !== undefined) return { download_url: `/sboms/${buildId}/${sbom}` };
    const sboms = build?.sboms.map((name) => ({ id: name, name, format: "CYCLONEDX" }));
    return { sboms: sboms ?? [] };
  }
  if (request.method === "PATCH") {
    const { body } = request;
    if (body["restore"] === true) restore(store, version);
    else revoke(store, version, revocationOf(body));
  }
  return { version: views.version(version, true) };
}

function revocationOf(body: Record<string, unknown>): Revocation {
  return {
    at: String(body["revoke_at"] ?? new Date().toISOString()),
    message: String(body["revocation_message"] ?? ""),
    descendants: body["skip_descendants_revocation"] !== true,
    rollBack: body["disable_rollback_channels"] !== true,
  };
}

function impact(store: Store, version: VersionRow, query: URLSearchParams): object {
  const copy = structuredClone(store);
  const { versions: reached, channels: moved } = revoke(
    copy,
    copy.versions.find(({ id }) => id === version.id) as VersionRow,
    {
      at: new Date().toISOString(),
      message: "",
      descendants: query.get("skip_descendants_revocation") !== "true",
      rollBack: query.get("disable_rollback_channels") !== "true",
    },
  );
  const byId = (id: string | undefined) => copy.versions.find((one) => one.id === id);
  return {
    versions: reached.map(relative),
    channels: moved.map(({ channel, from, to }) => {
      const target = byId(to);
      return {
        bucket_name: channel.bucket,
        channel_name: channel.name,
        from: relative(byId(from) as VersionRow),
        ...(target === undefined ? {} : { to: relative(target) }),
      };
    }),
  };
}

function channels(store: Store, views: Views, bucket: string, request: ProjectRequest): object {
  const [, , , name, part] = request.path;
  const { method, body } = request;
  const all = store.channels.filter((channel) => channel.bucket === bucket);
  if (name === undefined && method === "POST") {
    return { channel: views.channel(addChannel(store, bucket, body)) };
  }
  if (name === undefined) return { channels: all.map((row) => views.channel(row)) };
  const channel = all.find((one) => one.name === name);
  if (channel === undefined) return refuse(5, `the bucket "${bucket}" has no channel "${name}"`);
  if (part === "history") {
    const { items, pagination } = pageOf(channel.history, request.query);
    return { history: items.map((row) => views.assignment(row)), pagination };
  }
  if (method === "PATCH") assign(store, channel, String(body["version_fingerprint"] ?? ""));
  return { channel: views.channel(channel) };
}

function addChannel(store: Store, bucket: string, body: Record<string, unknown>): ChannelRow {
  const name = String(body["name"]);
  if (store.channels.some((channel) => channel.bucket === bucket && channel.name === name)) {
    refuse(6, `the bucket "${bucket}" has a channel "${name}" already`);
  }
  const restricted = body["restricted"] === true;
  const createdAt = new Date().toISOString();
  const channel = {
    id: `made-${name}`,
    bucket,
    name,
    managed: false,
    restricted,
    createdAt,
    history: [],
  };
  store.channels.push(channel);
  return channel;
}

function ancestry(store: Store, views: Views, bucket: string, query: URLSearchParams): object {
  const centre = versionOf(store, bucket, query.get("version_fingerprint") ?? "");
  const links = linksOf(store);
  return relations(
    views,
    query,

    query.get("type") === "ANCESTRY_TYPE_CHILDREN"
      ? links.filter(({ child, parentId }) => parentId === centre.id && child.number > 0)
      : links.filter(({ child }) => child === centre),
  );
}

function builtOn(store: Store, views: Views, query: URLSearchParams): object {
  const [source, platform] = [query.get("source_external_identifier"), query.get("platform")];
  const wanted = linksOf(store)
    .filter(({ child, build }) => build.source === source && child.number > 0)
    .filter(({ build }) => platform === null || build.platform === platform);
  return relations(views, query, wanted.toReversed());
}

function linksOf(store: Store) {
  return store.versions.flatMap((child) =>
    child.builds.map((build) => ({ child, build, parentId: build.parent?.versionId })),
  );
}

function relations(
  views: Views,
  query: URLSearchParams,
  wanted: ReturnType<typeof linksOf>,
): object {
  const { items, pagination } = pageOf(wanted, query);
  return {
    relations: items.map(({ child, build }) => views.relation(child, build)),
    total_count: wanted.length,
    pagination,
  };
}

function search(store: Store, views: Views, { body }: ProjectRequest): object {
  const { external_identifier: id, platform, region } = body;
  const found = store.versions.flatMap((version) =>
    version.builds
      .filter((build) => !platform || build.platform === platform)
      .filter((build) =>
        build.artifacts.some((one) => one.id === id && (!region || one.region === region)),
      )
      .map((build) => ({
        bucket: store.buckets.find(({ name }) => name === version.bucket),
        version: views.version(version, false),
        build: presentBuild(version, build, true),
      })),
  );
  return { artifacts: found, pagination: {} };
}

function versionOf(store: Store, bucket: string, fingerprint: string): VersionRow {
  const isIt = (version: VersionRow) =>
    version.bucket === bucket && version.fingerprint === fingerprint;
  const version = store.versions.find(isIt);
  return version ?? refuse(10, `the bucket "${bucket}" has no version ${fingerprint}`);
}

function sorted(store: Store, query: URLSearchParams) {
  const order = query.get("sorting.order_by") ?? "name";
  const keyed = store.buckets.map((bucket) => ({
    bucket,
    updated: store.versions.findLast(({ bucket: name }) => name === bucket.name)?.createdAt ?? "",
  }));
  keyed.sort((one, other) =>
    order === "name"
      ? one.bucket.name.localeCompare(other.bucket.name)
      : other.updated.localeCompare(one.updated),
  );
  return keyed.map(({ bucket }) => bucket);
}

/** A page; its tokens are the offsets of its neighbours. */
function pageOf<Item>(all: readonly Item[], query: URLSearchParams) {
  const size = Number(query.get("pagination.page_size") ?? 0) || 100;
  const token =
    query.get("pagination.next_page_token") ?? query.get("pagination.previous_page_token");
  const start = Number(token ?? 0);
  const pagination = {
    ...(start + size < all.length ? { next_page_token: String(start + size) } : {}),
    ...(start > 0 ? { previous_page_token: String(Math.max(0, start - size)) } : {}),
  };
  return { items: all.slice(start, start + size), pagination };
}
