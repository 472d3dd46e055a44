import { useQuery } from "@tanstack/react-query";
import type { Version } from "../api/index.ts";
import { channelsQuery, versionsQuery } from "../data/queries.ts";
import { useSession } from "../session/session.tsx";
import { VersionBadge } from "./badge.tsx";
import { Pager, usePaging } from "./pager.tsx";
import { Empty, Loaded } from "./states.tsx";
import { Time } from "./time.tsx";

const PAGE_SIZE = 10;

/** The versions of a bucket that a channel may point at, to choose one of, or none. */
export function VersionChoice({
  bucket,
  current,
  chosen,
  onChoose,
}: {
  bucket: string;
  current: Version | undefined;
  chosen: Version | undefined;
  onChoose: (version: Version | undefined) => void;
}) {
  const { session } = useSession();
  const paging = usePaging(PAGE_SIZE);
  const query = useQuery(versionsQuery(session, bucket, paging.page));
  return (
    <fieldset>
      <legend>Version</legend>
      <Loaded query={query} what="versions">
        {({ versions, pagination }) => {
          const usable = versions.filter(isUsable);
          return (
            <>
              {usable.length === 0 && !current && <Empty title="No version can be used" />}
              <div className="choices">
                {usable.map((version) => (
                  <Choice
                    key={version.id}
                    version={version}
                    isChosen={chosen?.id === version.id}
                    isCurrent={current?.id === version.id}
                    onChoose={onChoose}
                  />
                ))}
                {current && (
                  <label className="choice">
                    <input
                      type="radio"
                      name="version"
                      checked={chosen === undefined}
                      onChange={() => onChoose(undefined)}
                    />
                    <span>No version</span>
                  </label>
                )}
              </div>
              <Pager paging={paging} pagination={pagination} />
            </>
          );
        }}
      </Loaded>
    </fieldset>
  );
}

function Choice({
  version,
  isChosen,
  isCurrent,
  onChoose,
}: {
  version: Version;
  isChosen: boolean;
  isCurrent: boolean;
  onChoose: (version: Version) => void;
}) {
  const { session } = useSession();
  const channels = useQuery(channelsQuery(session, version.bucket_name)).data ?? [];
  const pointing = channels.filter((channel) => channel.version?.id === version.id);
  return (
    <label className="choice">
      <input type="radio" name="version" checked={isChosen} onChange={() => onChoose(version)} />
      <span>
        <strong>{version.name}</strong>
        {isCurrent && " (now)"}
      </span>
      {version.status !== "VERSION_ACTIVE" && <VersionBadge status={version.status} />}
      <span className="muted">
        <Time at={version.created_at} />
        {pointing.length > 0 && ` · ${pointing.map((channel) => channel.name).join(", ")}`}
      </span>
    </label>
  );
}

function isUsable({ status }: Version): boolean {
  return status === "VERSION_ACTIVE" || status === "VERSION_REVOCATION_SCHEDULED";
}
