import { Link } from "wouter";
import type { Relations } from "../api/index.ts";
import { paths } from "../routing/paths.ts";
import { AncestryBadge, VersionBadge } from "./badge.tsx";
import { counted } from "./text.ts";

/** What was built on something, as a list of versions. */
export function ChildList({ relations, total }: Relations) {
  return (
    <>
      <ul className="plain-list">
        {relations.map(({ child, status }) => (
          <li key={child.version_id} className="row-state">
            <Link href={paths.version(child.bucket_name, child.version_fingerprint)}>
              {child.bucket_name} {child.version_name}
            </Link>
            <VersionBadge status={child.version_status} />
            {status === "OUT_OF_DATE" && <AncestryBadge status={status} />}
          </li>
        ))}
      </ul>
      {total > relations.length && (
        <p className="muted">and {counted(total - relations.length, "more version")}</p>
      )}
    </>
  );
}
