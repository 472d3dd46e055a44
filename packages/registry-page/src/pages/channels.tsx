import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Channel } from "../api/index.ts";
import { AssignDialog } from "../components/assign-dialog.tsx";
import { Badge, VersionBadge } from "../components/badge.tsx";
import { BucketPage } from "../components/bucket-head.tsx";
import { CreateChannelDialog } from "../components/create-channel-dialog.tsx";
import { Loaded } from "../components/states.tsx";
import { versionLabel } from "../components/text.ts";
import { Time } from "../components/time.tsx";
import { channelsQuery } from "../data/queries.ts";
import { paths } from "../routing/paths.ts";
import { useSession } from "../session/session.tsx";

/** A bucket's channels, and the way to make one. */
export function ChannelsPage({ bucket }: { bucket: string }) {
  return (
    <BucketPage name={bucket} tab="Channels">
      {() => <Channels bucket={bucket} />}
    </BucketPage>
  );
}

function Channels({ bucket }: { bucket: string }) {
  const { session } = useSession();
  const query = useQuery(channelsQuery(session, bucket));
  const [isMaking, setIsMaking] = useState(false);
  return (
    <>
      <div className="section-head">
        <p className="muted">Names that templates and Terraform ask for, each at one version.</p>
        <button type="button" onClick={() => setIsMaking(true)}>
          New channel…
        </button>
      </div>
      <Loaded query={query} what="channels">
        {(channels) => (
          <ul className="rows" aria-label="Channels">
            {channels.map((channel) => (
              <ChannelRow key={channel.id} channel={channel} />
            ))}
          </ul>
        )}
      </Loaded>
      {isMaking && <CreateChannelDialog bucket={bucket} onClose={() => setIsMaking(false)} />}
    </>
  );
}

function ChannelRow({ channel }: { channel: Channel }) {
  const [isAssigning, setIsAssigning] = useState(false);
  const { bucket_name: bucket, name, managed, restricted, version } = channel;
  return (
    <li className="row">
      <div className="row-main">
        <h2 className="row-title">
          <Link href={paths.channel(bucket, name)}>{name}</Link>
          <ChannelKinds managed={managed} restricted={restricted} />
        </h2>
        {version ? (
          <p className="row-state">
            <Link href={paths.version(bucket, version.fingerprint)}>{versionLabel(version)}</Link>
            <VersionBadge status={version.status} />
          </p>
        ) : (
          <p className="muted">Points at no version</p>
        )}
      </div>
      <div className="row-side">
        <p className="muted">
          Changed <Time at={channel.updated_at} /> by {channel.author_id}
        </p>
        <p className="row-buttons">
          <Link className="button small" href={paths.channel(bucket, name)}>
            History<span className="visually-hidden"> of {name}</span>
          </Link>
          {!managed && (
            <button type="button" className="small" onClick={() => setIsAssigning(true)}>
              Assign<span className="visually-hidden"> {name}</span>…
            </button>
          )}
        </p>
      </div>
      {isAssigning && <AssignDialog channel={channel} onClose={() => setIsAssigning(false)} />}
    </li>
  );
}

/** What is special about a channel. */
export function ChannelKinds({ managed, restricted }: { managed: boolean; restricted: boolean }) {
  return (
    <>
      {managed && <Badge tone="plain">Moved by the registry</Badge>}
      {restricted && <Badge tone="warn">Restricted</Badge>}
    </>
  );
}
