import { Link } from "wouter";
import type { Bucket } from "../api/index.ts";
import { paths } from "../routing/paths.ts";
import { AncestryBadge, VersionBadge } from "./badge.tsx";
import { Labels } from "./labels.tsx";
import { counted } from "./text.ts";
import { Time } from "./time.tsx";

/** A bucket in a list. */
export function BucketRow({ bucket }: { bucket: Bucket }) {
  const { name, description, labels, platforms, latest_version: latest } = bucket;
  const count = Number(bucket.version_count);
  return (
    <li className="row">
      <div className="row-main">
        <h2 className="row-title">
          <Link href={paths.bucket(name)}>{name}</Link>
        </h2>
        {description && <p className="row-text">{description}</p>}
        <Labels labels={labels} />
      </div>
      <div className="row-side">
        {latest ? (
          <p className="row-state">
            <Link href={paths.version(name, latest.fingerprint)}>{latest.name}</Link>
            <VersionBadge status={latest.status} />
            {latest.parents?.status === "OUT_OF_DATE" && (
              <AncestryBadge status={latest.parents.status} />
            )}
          </p>
        ) : (
          <p className="row-state muted">{count === 0 ? "No versions" : "No complete version"}</p>
        )}
        <p className="muted">
          {[...platforms, count > 0 && counted(count, "version")]
            .filter(Boolean)
            .map((part) => `${part} · `)}
          <Time at={bucket.updated_at} />
        </p>
      </div>
    </li>
  );
}
