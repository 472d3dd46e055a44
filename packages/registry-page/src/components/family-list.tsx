import { Link as Anchor } from "wouter";
import type { Family, Link, Member } from "../ancestry/family.ts";
import { paths } from "../routing/paths.ts";
import { AncestryBadge, Badge, VersionBadge } from "./badge.tsx";
import { counted } from "./text.ts";

type Direction = "parents" | "children";

/** A family as nested lists: what a graph shows, for those who read. */
export function FamilyList({ family }: { family: Family }) {
  const centre = family.members.get(family.centre);
  if (centre === undefined) return null;
  return (
    <div className="family-list">
      <h3>Built on</h3>
      <Relatives family={family} of={family.centre} direction="parents" above={[]} />
      <h3>This version</h3>
      <ul>
        <li>
          <MemberLine member={centre} statuses={statusesOf(family, family.centre)} />
        </li>
      </ul>
      <h3>What was built on it</h3>
      <Relatives family={family} of={family.centre} direction="children" above={[]} />
    </div>
  );
}

function Relatives({
  family,
  of,
  direction,
  above,
}: {
  family: Family;
  of: string;
  direction: Direction;
  /** The keys on the way here: one that comes again would never end. */
  above: readonly string[];
}) {
  const links = family.links.filter((link) => ownEnd(link, direction) === of);
  const member = family.members.get(of);
  const hidden = direction === "children" && member?.kind === "version" ? member.hiddenChildren : 0;
  if (links.length === 0 && hidden === 0) {
    return above.length === 0 ? <p className="muted">Nothing.</p> : null;
  }
  const way = [...above, of];
  return (
    <ul>
      {links.map((link) => {
        const key = direction === "parents" ? link.parent : link.child;
        const relative = family.members.get(key);
        if (relative === undefined || way.includes(key)) return null;
        return (
          <li key={`${key} ${link.channel}`}>
            <MemberLine
              member={relative}
              statuses={direction === "children" ? [link.status] : statusesOf(family, key)}
              link={link}
            />
            <Relatives family={family} of={key} direction={direction} above={way} />
          </li>
        );
      })}
      {hidden > 0 && <li className="muted">and {counted(hidden, "more version")}</li>}
    </ul>
  );
}

function ownEnd(link: Link, direction: Direction): string {
  return direction === "parents" ? link.child : link.parent;
}

/** What a version is to its parents, once each. */
function statusesOf({ links }: Family, key: string): Link["status"][] {
  return [...new Set(links.filter(({ child }) => child === key).map(({ status }) => status))];
}

/** A member, what it is to its parents, and how it is linked; without a link it is the one that the family is seen from. */
function MemberLine({
  member,
  statuses,
  link,
}: {
  member: Member;
  statuses: Link["status"][];
  link?: Link;
}) {
  if (member.kind === "untracked") {
    return (
      <span className="row-state">
        <Anchor href={paths.search(member.identifier)}>
          <code>{member.identifier}</code>
        </Anchor>
        <Badge tone="plain">Not in this registry</Badge>
        <span className="muted">{member.platform}</span>
      </span>
    );
  }
  const { bucket, fingerprint, name, status } = member;
  return (
    <span className="row-state">
      <Anchor href={paths.version(bucket, fingerprint)}>
        {bucket} {name}
      </Anchor>
      <VersionBadge status={status} />
      {statuses.map(
        (one) =>
          one !== undefined && one !== "UP_TO_DATE" && <AncestryBadge key={one} status={one} />,
      )}
      {link && (
        <>
          <Channel link={link} />
          <Anchor className="family-more" href={paths.ancestry(bucket, fingerprint)}>
            ancestry<span className="visually-hidden"> of {`${bucket} ${name}`}</span>
          </Anchor>
        </>
      )}
    </span>
  );
}

/** The channel that a parent was found by. */
function Channel({ link: { channel, status, channelVersion } }: { link: Link }) {
  if (!channel) return null;
  return (
    <span className="muted">
      channel {channel}
      {status === "OUT_OF_DATE" && `, now at ${channelVersion ?? "no version"}`}
    </span>
  );
}
