/**
 * The tables of a backup, each after those that it refers to. Signing keys stay behind: a store that is restored makes
 * its own, so that tokens of the old one are worth nothing there. Operations are over and forgotten. Which buckets stand on
 * which follows from the builds.
 */
export const BACKUP_TABLES = [
  "organizations",
  "projects",
  "registries",
  "principals",
  "buckets",
  "versions",
  "revocations",
  "channels",
  "channel_assignments",
  "builds",
  "artifacts",
  "sboms",
  "enforced_blocks",
  "enforced_block_versions",
  "enforced_block_buckets",
] as const;
export type BackupTable = (typeof BACKUP_TABLES)[number];

/** What a backup says it is. */
export const BACKUP_FORMAT = "packerkit-registry";

/** The first line. */
export interface BackupHeader {
  format: typeof BACKUP_FORMAT;
  /** The last migration of the store that was backed up. */
  migration: string;
  at: string;
}

/** A line for each row. */
export interface BackupRow {
  table: BackupTable;
  row: Record<string, unknown>;
}

/** The last line: without it, the backup was cut short. */
export interface BackupEnd {
  end: true;
  rows: number;
}
