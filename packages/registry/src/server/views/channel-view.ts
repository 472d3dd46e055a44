import type { Channel } from "../../api/index.ts";
import type { channels } from "../../storage/schema/index.ts";
import type { Work } from "../work.ts";
import { presentVersion, VERSION_PARTS, type VersionRow } from "./version-view.ts";

/** A channel with the version that it points at. */
export type ChannelRow = typeof channels.$inferSelect & {
  bucket: { name: string };
  version: VersionRow | null;
};

/** What to load of a channel for {@link presentChannel}. */
export const CHANNEL_PARTS = {
  with: { bucket: { columns: { name: true } }, version: VERSION_PARTS },
} as const;

/** A channel as it is sent. */
export function presentChannel(row: ChannelRow, work: Work): Channel {
  return {
    id: row.id,
    name: row.name,
    bucket_name: row.bucket.name,
    author_id: row.authorId,
    managed: row.managed,
    restricted: row.restricted,
    ...(row.version === null ? {} : { version: presentVersion(row.version, work) }),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
