import { Link } from "wouter";
import type { Version } from "../api/index.ts";
import { paths } from "../routing/paths.ts";
import { Time } from "./time.tsx";

/** Says that a version is revoked, or will be, why, by whom, and from where it is inherited. */
export function RevocationNotice({ version }: { version: Version }) {
  const { status, revoke_at: at, revocation_message: message, revocation_author: author } = version;
  if (at === undefined) return null;
  const isRevoked = status === "VERSION_REVOKED";
  return (
    <div className={isRevoked ? "notice bad" : "notice warn"}>
      <p>
        <strong>
          {isRevoked ? "Revoked" : "Will be revoked"} <Time at={at} />
        </strong>
        {author && ` by ${author}`}
      </p>
      {message && <p>{message}</p>}
      <Source version={version} />
    </div>
  );
}

function Source({ version: { revocation_inherited_from: source } }: { version: Version }) {
  if (source === undefined) return null;
  const { bucket_name: bucket, version_fingerprint: fingerprint, version_name: name } = source;
  if (bucket === undefined || fingerprint === undefined) {
    return <p>Inherited from a version that has been deleted since.</p>;
  }
  return (
    <p>
      Inherited from{" "}
      <Link href={paths.version(bucket, fingerprint)}>
        {bucket} {name}
      </Link>
      , which it was built on: restore that one to restore this.
    </p>
  );
}
