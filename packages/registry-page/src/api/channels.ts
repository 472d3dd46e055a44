import {
  askProject,
  type Connection,
  type PageRequest,
  type Pagination,
  pageQuery,
} from "./request.ts";
import type { Version } from "./versions.ts";

/** A name that points at one version of a bucket. */
export interface Channel {
  id: string;
  name: string;
  bucket_name: string;
  author_id: string;
  /** Whether the registry itself moves it, as `latest`. */
  managed: boolean;
  /** Whether those who only read may not see it. */
  restricted: boolean;
  version?: Version;
  created_at: string;
  updated_at: string;
}

/** One entry of a channel's history; without a version it was unassigned, or the version was deleted since. */
export interface Assignment {
  version?: Version;
  version_name?: string;
  version_fingerprint?: string;
  author_id: string;
  assigned_at: string;
}

/** Where a channel is. */
export interface ChannelPath {
  bucket: string;
  channel: string;
}

/** The channels of a bucket that the principal may see. @throws {RegistryError} */
export async function listChannels(
  connection: Connection,
  bucket: string,
  signal?: AbortSignal,
): Promise<Channel[]> {
  const path = ["buckets", bucket, "channels"];
  return (await askProject<{ channels: Channel[] }>(connection, path, { signal })).channels;
}

/** A channel. @throws {RegistryError} */
export async function getChannel(
  connection: Connection,
  { bucket, channel }: ChannelPath,
  signal?: AbortSignal,
): Promise<Channel> {
  const path = ["buckets", bucket, "channels", channel];
  return (await askProject<{ channel: Channel }>(connection, path, { signal })).channel;
}

/** Where a channel has pointed, newest first. @throws {RegistryError} */
export async function channelHistory(
  connection: Connection,
  { bucket, channel }: ChannelPath,
  page: PageRequest = {},
  signal?: AbortSignal,
): Promise<{ history: Assignment[]; pagination: Pagination }> {
  return await askProject(connection, ["buckets", bucket, "channels", channel, "history"], {
    query: pageQuery(page),
    signal,
  });
}

/** Points a channel at a version, or at none for an empty `fingerprint`. @throws {RegistryError} */
export async function assignChannel(
  connection: Connection,
  { bucket, channel }: ChannelPath,
  fingerprint: string,
): Promise<Channel> {
  const path = ["buckets", bucket, "channels", channel];
  const body = { update_mask: "versionFingerprint", version_fingerprint: fingerprint };
  const ask = { method: "PATCH", body } as const;
  return (await askProject<{ channel: Channel }>(connection, path, ask)).channel;
}

/** Makes a channel that points at nothing yet. @throws {RegistryError} where there is one of that name. */
export async function createChannel(
  connection: Connection,
  { bucket, channel }: ChannelPath,
  restricted: boolean,
): Promise<Channel> {
  const path = ["buckets", bucket, "channels"];
  const ask = { method: "POST", body: { name: channel, restricted } } as const;
  return (await askProject<{ channel: Channel }>(connection, path, ask)).channel;
}
