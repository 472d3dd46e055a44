import { Link } from "wouter";
import type { Member } from "../ancestry/family.ts";
import { paths } from "../routing/paths.ts";
import { AncestryBadge, VersionBadge } from "./badge.tsx";

/** What is in the box of a family's member. */
export function FamilyMember({
  member,
  isCentre,
  isOutOfDate,
}: {
  member: Member;
  isCentre: boolean;
  isOutOfDate: boolean;
}) {
  if (member.kind === "untracked") {
    return (
      <div className="member member-untracked">
        <Link
          className="member-name nodrag nopan"
          href={paths.search(member.identifier)}
          title={member.identifier}
        >
          <span className="member-bucket">{member.identifier}</span>
        </Link>
        <span className="muted">{member.platform}, not in this registry</span>
      </div>
    );
  }
  const { bucket, fingerprint, name, status, hiddenChildren } = member;
  const kinds = [
    "member",
    status === "VERSION_REVOKED" && "member-revoked",
    isCentre && "member-centre",
  ];
  return (
    <div className={kinds.filter(Boolean).join(" ")}>
      <Link
        className="member-name nodrag nopan"
        href={paths.version(bucket, fingerprint)}
        title={`${bucket} ${name}`}
      >
        <span className="member-bucket">{bucket}</span> <span>{name}</span>
      </Link>
      <span className="member-state">
        <VersionBadge status={status} />
        {isOutOfDate && <AncestryBadge status="OUT_OF_DATE" />}
        {hiddenChildren > 0 && <span className="muted">+{hiddenChildren} more</span>}
      </span>
    </div>
  );
}
