import { Link } from "wouter";
import type { Channel } from "../api/index.ts";
import { paths } from "../routing/paths.ts";

/** The channels that point at a version; nothing where none does. */
export function ChannelTags({ channels, versionId }: { channels: Channel[]; versionId: string }) {
  const pointing = channels.filter((channel) => channel.version?.id === versionId);
  if (pointing.length === 0) return null;
  return (
    <ul className="channel-tags" aria-label="Channels that point here">
      {pointing.map(({ id, bucket_name, name }) => (
        <li key={id}>
          <Link href={paths.channel(bucket_name, name)}>{name}</Link>
        </li>
      ))}
    </ul>
  );
}
