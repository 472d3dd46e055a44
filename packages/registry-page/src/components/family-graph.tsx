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
  type ReactFlowInstance,
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

/** The smallest scale at which a box can be read; of a larger family one sees what is around the centre at first. */
const READABLE = 0.7;

/** A family as a graph to pan and zoom, parents first; {@link FamilyList} says the same in words. */
export default function FamilyGraph({ family }: { family: Family }) {
  const isTall = useMediaQuery("(max-width: 640px)");
  const isDark = useMediaQuery("(prefers-color-scheme: dark)");
  const { nodes, height, isWhole } = useMemo(() => drawn(family, isTall), [family, isTall]);
  const edges = useMemo(() => family.links.map(edgeOf), [family]);
  const showCentre = (flow: ReactFlowInstance<Node<BoxData>>) => {
    const centre = flow.getNode(family.centre);
    if (isWhole || centre === undefined) return;
    const { width, height: boxHeight } = BOXES[directionOf(isTall)];
    const { x, y } = centre.position;
    const aboveButtons = (MARGIN.bottom - MARGIN.top) / 2 / READABLE;
    void flow.setCenter(x + width / 2, y + boxHeight / 2 + aboveButtons, { zoom: READABLE });
  };
  return (
    <section
      className="family-graph"
      aria-label="Ancestry as a graph; the list below says the same"
      style={{ height }}
    >
      <ReactFlow
        key={`${isTall} ${nodes.length}`}
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={isDark ? "dark" : "light"}
        fitView={isWhole}
        fitViewOptions={{
          padding: { x: `${MARGIN.side}px`, top: `${MARGIN.top}px`, bottom: `${MARGIN.bottom}px` },
          maxZoom: 1,
        }}
        onInit={showCentre}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        onlyRenderVisibleElements={nodes.length > 100}
        proOptions={{ hideAttribution: true }}
      >
        <Background />
        <Controls showInteractive={false} orientation="horizontal" position="bottom-right" />
      </ReactFlow>
    </section>
  );
}

function directionOf(isTall: boolean): "LR" | "TB" {
  return isTall ? "TB" : "LR";
}

function drawn(family: Family, isTall: boolean) {
  const { places, width, height } = layOut(family, directionOf(isTall));
  const outOfDate = new Set(
    family.links.filter(({ status }) => status === "OUT_OF_DATE").map(({ child }) => child),
  );
  const nodes = [...family.members.values()].map(
    (member): Node<BoxData> => ({
      id: member.key,
      type: "member",
      position: places.get(member.key) ?? { x: 0, y: 0 },
      ...BOXES[directionOf(isTall)],
      data: {
        member,
        isCentre: member.key === family.centre,
        isOutOfDate: outOfDate.has(member.key),
        isTall,
      },
    }),
  );
  const around = MARGIN.top + MARGIN.bottom;
  const room = {
    width: Math.min(innerWidth - 32, 1120) - 2 * MARGIN.side,
    height: Math.max(0.75 * innerHeight, 320) - around,
  };
  const scale = Math.min(1, room.width / width, room.height / height);
  const isWhole = scale >= READABLE;
  const shown = height * (isWhole ? scale : READABLE);
  return { nodes, isWhole, height: Math.ceil(Math.min(shown, room.height)) + around };
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
