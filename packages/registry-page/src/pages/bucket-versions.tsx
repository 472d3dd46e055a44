import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { Channel, Version } from "../api/index.ts";
import { AncestryBadge, VersionBadge } from "../components/badge.tsx";
import { BucketPage } from "../components/bucket-head.tsx";
import { ChannelTags } from "../components/channel-tags.tsx";
import { Pager, usePaging } from "../components/pager.tsx";
import { Empty, Loaded } from "../components/states.tsx";
import { counted, versionLabel } from "../components/text.ts";
import { Time } from "../components/time.tsx";
import { channelsQuery, versionsQuery } from "../data/queries.ts";
import { paths } from "../routing/paths.ts";
import { useSession } from "../session/session.tsx";

const PAGE_SIZE = 25;

/** A bucket's versions, newest first. */
export function BucketVersionsPage({ bucket }: { bucket: string }) {
  return (
    <BucketPage name={bucket} tab="Versions">
      {() => <Versions bucket={bucket} />}
    </BucketPage>
  );
}

function Versions({ bucket }: { bucket: string }) {
  const { session } = useSession();
  const paging = usePaging(PAGE_SIZE);
  const query = useQuery(versionsQuery(session, bucket, paging.page));
  const channels = useQuery(channelsQuery(session, bucket)).data ?? [];
  return (
    <Loaded query={query} what="versions">
      {({ versions, pagination }) =>
        versions.length === 0 ? (
          <Empty title="No versions yet">
            <p>
              The next <code>packer build</code> that publishes to this bucket makes one.
            </p>
          </Empty>
        ) : (
          <>
            <ul className="rows" aria-label="Versions" aria-busy={query.isPlaceholderData}>
              {versions.map((version) => (
                <VersionRow key={version.id} version={version} channels={channels} />
              ))}
            </ul>
            <Pager paging={paging} pagination={pagination} />
          </>
        )
      }
    </Loaded>
  );
}

function VersionRow({ version, channels }: { version: Version; channels: Channel[] }) {
  const { bucket_name: bucket, fingerprint, status, parents, builds } = version;
  const platforms = [...new Set(builds.map((build) => build.platform).filter(Boolean))];
  const images = builds.reduce((sum, build) => sum + build.artifacts.length, 0);
  const done = builds.filter((build) => build.status === "BUILD_DONE").length;
  return (
    <li className="row">
      <div className="row-main">
        <h2 className="row-title">
          <Link href={paths.version(bucket, fingerprint)}>{versionLabel(version)}</Link>
          <VersionBadge status={status} />
          {parents?.status === "OUT_OF_DATE" && <AncestryBadge status={parents.status} />}
        </h2>
        <ChannelTags channels={channels} versionId={version.id} />
        {version.revocation_message && <p className="row-text">{version.revocation_message}</p>}
      </div>
      <div className="row-side">
        <p>
          {done === builds.length
            ? counted(builds.length, "build")
            : `${done} of ${counted(builds.length, "build")} done`}
          , {counted(images, "image")}
        </p>
        <p className="muted">
          {platforms.map((platform) => `${platform} · `)}
          <Time at={version.created_at} />
        </p>
      </div>
    </li>
  );
}
