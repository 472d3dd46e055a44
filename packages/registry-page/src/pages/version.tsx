import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Version, VersionPath } from "../api/index.ts";
import { AncestryBadge, VersionBadge } from "../components/badge.tsx";
import { BuildCard } from "../components/build-card.tsx";
import { ChannelTags } from "../components/channel-tags.tsx";
import { CopyButton } from "../components/copy-button.tsx";
import { Crumbs, Page, Section } from "../components/page.tsx";
import { RestoreDialog } from "../components/restore-dialog.tsx";
import { RevocationNotice } from "../components/revocation-notice.tsx";
import { RevokeDialog } from "../components/revoke-dialog.tsx";
import { Empty, Loaded } from "../components/states.tsx";
import { versionLabel } from "../components/text.ts";
import { Time } from "../components/time.tsx";
import { channelsQuery, versionQuery } from "../data/queries.ts";
import { paths } from "../routing/paths.ts";
import { useSession } from "../session/session.tsx";

/** A version: its state, its builds, and what can be done with it. */
export function VersionPage({ bucket, fingerprint }: VersionPath) {
  const { session } = useSession();
  const query = useQuery(versionQuery(session, { bucket, fingerprint }));
  const name = query.data ? versionLabel(query.data) : "Version";
  return (
    <Page
      title={`${bucket} ${name}`}
      heading={
        <>
          {bucket} {name} {query.data && <VersionBadge status={query.data.status} />}
        </>
      }
      above={
        <Crumbs>
          {[
            <Link key="all" href={paths.buckets}>
              Buckets
            </Link>,
            <Link key="bucket" href={paths.bucket(bucket)}>
              {bucket}
            </Link>,
            name,
          ]}
        </Crumbs>
      }
      actions={query.data && <VersionActions version={query.data} />}
    >
      <Loaded query={query} what="the version">
        {(version) => (
          <>
            <RevocationNotice version={version} />
            <VersionFacts version={version} />
            <Section title="Builds">
              {version.builds.length === 0 && (
                <Empty title="No builds yet">
                  <p>Packer adds them as it starts on the template's sources.</p>
                </Empty>
              )}
              {version.builds.map((build) => (
                <BuildCard key={build.id} build={build} path={{ bucket, fingerprint }} />
              ))}
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function VersionActions({ version }: { version: Version }) {
  const [open, setOpen] = useState<"revoke" | "restore">();
  const close = () => setOpen(undefined);
  const { bucket_name: bucket, fingerprint, status } = version;
  const isScheduled = status === "VERSION_REVOCATION_SCHEDULED";
  const isRevoked = status === "VERSION_REVOKED" || isScheduled;
  // What is inherited is taken back where it comes from, as long as that is still there.
  const isRestorable = isRevoked && version.revocation_inherited_from?.bucket_name === undefined;
  return (
    <>
      <Link className="button" href={paths.ancestry(bucket, fingerprint)}>
        Ancestry
      </Link>
      {isRestorable && (
        <button type="button" onClick={() => setOpen("restore")}>
          Restore…
        </button>
      )}
      {(status === "VERSION_ACTIVE" || isScheduled) && (
        <button type="button" className="danger" onClick={() => setOpen("revoke")}>
          {isScheduled ? "Revoke sooner…" : "Revoke…"}
        </button>
      )}
      {open === "revoke" && <RevokeDialog version={version} onClose={close} />}
      {open === "restore" && <RestoreDialog version={version} onClose={close} />}
    </>
  );
}

function VersionFacts({ version }: { version: Version }) {
  const { session } = useSession();
  const { bucket_name: bucket, fingerprint, parents } = version;
  const channels = useQuery(channelsQuery(session, bucket)).data ?? [];
  const isPointedAt = channels.some((channel) => channel.version?.id === version.id);
  return (
    <dl className="facts">
      <div>
        <dt>Channels</dt>
        <dd>
          {isPointedAt ? (
            <ChannelTags channels={channels} versionId={version.id} />
          ) : (
            <span className="muted">none points here</span>
          )}
        </dd>
      </div>
      {parents && (
        <div>
          <dt>Parents</dt>
          <dd>
            <AncestryBadge status={parents.status} />
          </dd>
        </div>
      )}
      <div>
        <dt>Published</dt>
        <dd>
          <Time at={version.created_at} /> by {version.author_id}
        </dd>
      </div>
      <div>
        <dt>Template</dt>
        <dd>
          {version.template_type === "TEMPLATE_TYPE_UNSET" ? "unknown" : version.template_type}
        </dd>
      </div>
      <div>
        <dt>Fingerprint</dt>
        <dd className="with-copy">
          <code>{fingerprint}</code>
          <CopyButton text={fingerprint} what="the fingerprint" />
        </dd>
      </div>
    </dl>
  );
}
