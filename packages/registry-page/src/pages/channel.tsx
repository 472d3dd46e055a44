import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Assignment, Channel, ChannelPath, Version } from "../api/index.ts";
import { AssignDialog, nameOfChange } from "../components/assign-dialog.tsx";
import { VersionBadge } from "../components/badge.tsx";
import { Crumbs, Page, Section } from "../components/page.tsx";
import { Pager, usePaging } from "../components/pager.tsx";
import { Empty, Loaded } from "../components/states.tsx";
import { versionLabel } from "../components/text.ts";
import { Time } from "../components/time.tsx";
import { channelQuery, historyQuery } from "../data/queries.ts";
import { paths } from "../routing/paths.ts";
import { useSession } from "../session/session.tsx";
import { ChannelKinds } from "./channels.tsx";

const PAGE_SIZE = 25;

/** A channel: where it points, where it has pointed, and the ways on and back. */
export function ChannelPage({ bucket, channel: name }: ChannelPath) {
  const { session } = useSession();
  const query = useQuery(channelQuery(session, { bucket, channel: name }));
  const [assigning, setAssigning] = useState<{ to?: Version }>();
  const isManaged = query.data?.managed ?? true;
  return (
    <Page
      title={`${bucket} ${name}`}
      heading={
        <>
          {name} {query.data && <ChannelKinds {...query.data} />}
        </>
      }
      above={
        <Crumbs>
          {[
            <Link key="all" href={paths.buckets}>
              Buckets
            </Link>,
            <Link key="bucket" href={paths.channels(bucket)}>
              {bucket}
            </Link>,
            name,
          ]}
        </Crumbs>
      }
      actions={
        !isManaged && (
          <button type="button" className="primary" onClick={() => setAssigning({})}>
            Assign a version…
          </button>
        )
      }
    >
      <Loaded query={query} what="the channel">
        {(channel) => (
          <>
            <Pointer channel={channel} />
            <Section title="History">
              <History
                channel={channel}
                onRollBack={isManaged ? undefined : (to) => setAssigning({ to })}
              />
            </Section>
            {assigning && (
              <AssignDialog
                channel={channel}
                initial={assigning.to}
                onClose={() => setAssigning(undefined)}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Pointer({ channel }: { channel: Channel }) {
  const { bucket_name: bucket, version } = channel;
  if (version === undefined) return <p className="lead">Points at no version.</p>;
  return (
    <p className="lead row-state">
      Points at{" "}
      <Link href={paths.version(bucket, version.fingerprint)}>
        {bucket} {versionLabel(version)}
      </Link>
      <VersionBadge status={version.status} />
    </p>
  );
}

function History({
  channel,
  onRollBack,
}: {
  channel: Channel;
  onRollBack: ((version: Version) => void) | undefined;
}) {
  const { session } = useSession();
  const path = { bucket: channel.bucket_name, channel: channel.name };
  const paging = usePaging(PAGE_SIZE);
  const query = useQuery(historyQuery(session, path, paging.page));
  return (
    <Loaded query={query} what="the history">
      {({ history, pagination }) =>
        history.length === 0 ? (
          <Empty title="Never assigned" />
        ) : (
          <>
            <ol className="rows" aria-label="Assignments, newest first">
              {history.map((entry, index) => (
                <Entry
                  key={`${entry.assigned_at} ${entry.version?.id ?? entry.version_fingerprint}`}
                  entry={entry}
                  channel={channel}
                  onRollBack={isNewestOfItsVersion(history, index) ? onRollBack : undefined}
                />
              ))}
            </ol>
            <Pager paging={paging} pagination={pagination} />
          </>
        )
      }
    </Loaded>
  );
}

/** A version may come up often; one button is enough to go back to it. */
function isNewestOfItsVersion(history: Assignment[], index: number): boolean {
  return history.findIndex((one) => one.version?.id === history[index]?.version?.id) === index;
}

function Entry({
  entry,
  channel,
  onRollBack,
}: {
  entry: Assignment;
  channel: Channel;
  onRollBack: ((version: Version) => void) | undefined;
}) {
  const { version, version_name: lostName, author_id: author, assigned_at: at } = entry;
  const isCurrent = version !== undefined && version.id === channel.version?.id;
  const isNow = isCurrent && at === channel.updated_at;
  const isUsable = version !== undefined && version.status !== "VERSION_REVOKED";
  return (
    <li className="row">
      <div className="row-main">
        <p className="row-state">
          {version ? (
            <Link href={paths.version(channel.bucket_name, version.fingerprint)}>
              {versionLabel(version)}
            </Link>
          ) : (
            <span>{lostName ? `${lostName}, deleted since` : "No version"}</span>
          )}
          {version && <VersionBadge status={version.status} />}
          <span className="muted">
            <Time at={at} /> by {author}
          </span>
          {isNow && <strong>Now</strong>}
        </p>
      </div>
      {onRollBack && version && isUsable && !isCurrent && (
        <div className="row-side">
          <button type="button" className="small" onClick={() => onRollBack(version)}>
            {nameOfChange(channel.version, version)}…
          </button>
        </div>
      )}
    </li>
  );
}
