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
import { useMemo } from "react";
import type { Family, Link, Member } from "../ancestry/family.ts";
import { BOXES, layOut } from "../ancestry/layout.ts";
import { FamilyMember } from "./family-member.tsx";
import { useMediaQuery } from "./media-query.ts";

interface BoxData extends Record<string, unknown> {
  member: Member;
  isCentre: boolean;
  isOutOfDate: boolean;
  isTall: boolean;
}

const NODE_TYPES = { member: Box };

/** Around the boxes, in pixels; the buttons are at the bottom. */
const MARGIN = { top: 28, bottom: 64, side: 20 };

/** A family as a graph to pan and zoom, parents first; {@link FamilyList} says the same in words. */
export default function FamilyGraph({ family }: { family: Family }) {
  const isTall = useMediaQuery("(max-width: 640px)");
  const isDark = useMediaQuery("(prefers-color-scheme: dark)");
  const { nodes, height } = useMemo(() => drawn(family, isTall), [family, isTall]);
  const edges = useMemo(() => family.links.map(edgeOf), [family]);
  return (
    <section
      className="family-graph"
      aria-label="Ancestry as a graph; the list below says the same"
      style={{ height }}
    >
      <ReactFlow
        key={isTall ? "tall" : "wide"}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={isDark ? "dark" : "light"}
        fitView
        fitViewOptions={{
          padding: { x: `${MARGIN.side}px`, top: `${MARGIN.top}px`, bottom: `${MARGIN.bottom}px` },
          maxZoom: 1,
          minZoom: 0.4,
        }}
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
        <Controls showInteractive={false} orientation="horizontal" position="bottom-right" />
      </ReactFlow>
    </section>
  );
}

function drawn(family: Family, isTall: boolean): { nodes: Node<BoxData>[]; height: number } {
  const direction = isTall ? "TB" : "LR";
  const { places, width, height } = layOut(family, direction);
  const outOfDate = new Set(
    family.links.filter(({ status }) => status === "OUT_OF_DATE").map(({ child }) => child),
  );
  const nodes = [...family.members.values()].map((member) => ({
    id: member.key,
    type: "member",
    position: places.get(member.key) ?? { x: 0, y: 0 },
    ...BOXES[direction],
    data: {
      member,
      isCentre: member.key === family.centre,
      isOutOfDate: outOfDate.has(member.key),
      isTall,
    },
  }));
  // A family that is wider than the page is drawn smaller, and so is not as high.
  const room = Math.min(innerWidth, 1152) - 2 * MARGIN.side;
  const scale = Math.min(1, room / width);
  return { nodes, height: Math.ceil(height * scale) + MARGIN.top + MARGIN.bottom };
}

function edgeOf({ parent, child, status, channel }: Link): Edge {
  const kind = status === undefined ? "untracked" : status === "OUT_OF_DATE" ? "old" : "current";
  return {
    id: JSON.stringify([parent, child, channel]),
    source: parent,
    target: child,
    className: `link link-${kind}`,
    markerEnd: { type: MarkerType.ArrowClosed, color: `var(--link-${kind})` },
  };
}

function Box({ data: { isTall, ...member } }: NodeProps<Node<BoxData>>) {
  return (
    <>
      <Handle type="target" position={isTall ? Position.Top : Position.Left} />
      <FamilyMember {...member} />
      <Handle type="source" position={isTall ? Position.Bottom : Position.Right} />
    </>
  );
}
