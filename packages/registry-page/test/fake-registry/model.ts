import type { BuildStatus, VersionStatus } from "../../src/api/index.ts";

/** What the fake registry stores, in the order of creation. */
export interface Store {
  buckets: BucketRow[];
  versions: VersionRow[];
  channels: ChannelRow[];
}

export interface BucketRow {
  id: string;
  name: string;
  description: string;
  labels: Record<string, string>;
  createdAt: string;
}

export interface VersionRow {
  id: string;
  bucket: string;
  fingerprint: string;
  /** 0 until it is complete. */
  number: number;
  builds: BuildRow[];
  createdAt: string;
  revocation?: { by: string; at: string; author: string; message: string };
}

export interface BuildRow {
  id: string;
  componentType: string;
  platform: string;
  status: BuildStatus;
  labels: Record<string, string>;
  source: string;
  parent?: { versionId: string; channelId?: string };
  artifacts: { id: string; region: string }[];
  sboms: string[];
}

export interface ChannelRow {
  id: string;
  bucket: string;
  name: string;
  managed: boolean;
  restricted: boolean;
  createdAt: string;
  /** Newest first. */
  history: { versionId: string | undefined; author: string; at: string }[];
}

export function nameOf({ number }: VersionRow): string {
  return `v${number}`;
}

export function statusOf(version: VersionRow): VersionStatus {
  if (version.number > 0) {
    if (version.revocation === undefined) return "VERSION_ACTIVE";
    const isDue = version.revocation.at <= new Date().toISOString();
    return isDue ? "VERSION_REVOKED" : "VERSION_REVOCATION_SCHEDULED";
  }
  const statuses = version.builds.map((build) => build.status);
  if (statuses.includes("BUILD_RUNNING")) return "VERSION_RUNNING";
  return statuses.includes("BUILD_FAILED") ? "VERSION_FAILED" : "VERSION_INCOMPLETE";
}

export function isUsable(version: VersionRow): boolean {
  return version.number > 0 && statusOf(version) !== "VERSION_REVOKED";
}

/** What a channel points at. */
export function pointsAt(channel: ChannelRow): string | undefined {
  return channel.history[0]?.versionId;
}
