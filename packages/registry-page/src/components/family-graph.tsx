import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo, useSyncExternalStore } from "react";
import { Link } from "wouter";
import type { Family, Link as FamilyLink, Member } from "../ancestry/family.ts";
import { BOX, placeFamily } from "../ancestry/layout.ts";
import { paths } from "../routing/paths.ts";
import { VersionBadge } from "./badge.tsx";

type MemberNode = Node<{ member: Member; isCentre: boolean; isTall: boolean }, "member">;

const NODE_TYPES = { member: MemberBox };

const NARROW = "(max-width: 640px)";

/** A family as a graph to pan and zoom, parents first; {@link FamilyList} says the same in words. */
export default function FamilyGraph({ family }: { family: Family }) {
  const isTall = useMediaQuery(NARROW);
  const isDark = useMediaQuery("(prefers-color-scheme: dark)");
  const nodes = useMemo(() => nodesOf(family, isTall), [family, isTall]);
  const edges = useMemo(() => family.links.map(edgeOf), [family]);
  return (
    <section
      className="family-graph"
      aria-label="Ancestry as a graph; the list below says the same"
    >
      <ReactFlow
        key={isTall ? "tall" : "wide"}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={isDark ? "dark" : "light"}
        fitView
        fitViewOptions={{ padding: 0.15, maxZoom: 1 }}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
}

function nodesOf(family: Family, isTall: boolean): MemberNode[] {
  const places = placeFamily(family, isTall ? "TB" : "LR");
  return [...family.members.values()].map((member) => ({
    id: member.key,
    type: "member",
    position: places.get(member.key) ?? { x: 0, y: 0 },
    width: BOX.width,
    height: BOX.height,
    data: { member, isCentre: member.key === family.centre, isTall },
  }));
}

function edgeOf({ parent, child, status, channel, channelVersion }: FamilyLink): Edge {
  const isOld = status === "OUT_OF_DATE";
  const kind = status === undefined ? "untracked" : isOld ? "old" : "current";
  return {
    id: JSON.stringify([parent, child, channel]),
    source: parent,
    target: child,
    className: `link link-${kind}`,
    markerEnd: { type: MarkerType.ArrowClosed, color: `var(--link-${kind})` },
    ...(isOld ? { label: `${channel} is at ${channelVersion ?? "no version"}` } : {}),
  };
}

function MemberBox({ data: { member, isCentre, isTall } }: NodeProps<MemberNode>) {
  return (
    <>
      <Handle type="target" position={isTall ? Position.Top : Position.Left} />
      {member.kind === "untracked" ? (
        <div className="member member-untracked" title={member.identifier}>
          <span className="member-name">{member.identifier}</span>
          <span className="muted">{member.platform}, not in this registry</span>
        </div>
      ) : (
        <div
          className={`member member-${toneOf(member.status)}${isCentre ? " member-centre" : ""}`}
        >
          <Link
            className="member-name nodrag nopan"
            href={paths.version(member.bucket, member.fingerprint)}
          >
            {member.bucket} {member.name}
          </Link>
          <span className="member-state">
            <VersionBadge status={member.status} />
            {member.hiddenChildren > 0 && (
              <span className="muted">+{member.hiddenChildren} more</span>
            )}
          </span>
        </div>
      )}
      <Handle type="source" position={isTall ? Position.Bottom : Position.Right} />
    </>
  );
}

function toneOf(status: string): string {
  return status === "VERSION_REVOKED" ? "revoked" : "usable";
}

function useMediaQuery(query: string): boolean {
  const subscribe = (onChange: () => void) => {
    const list = matchMedia(query);
    list.addEventListener("change", onChange);
    return () => list.removeEventListener("change", onChange);
  };
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}
