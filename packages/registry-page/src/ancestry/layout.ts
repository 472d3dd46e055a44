import { Graph, layout } from "@dagrejs/dagre";
import type { Family } from "./family.ts";

/** Where a family's boxes are, in pixels. */
export interface FamilyLayout {
  /** The top left corner of each member's box, by its key. */
  places: ReadonlyMap<string, { x: number; y: number }>;
  width: number;
  height: number;
}

/** A member's box, in pixels: wide where generations stand side by side, narrow where they stand on each other. */
export const BOXES = { LR: { width: 232, height: 64 }, TB: { width: 150, height: 86 } } as const;

/** Places a family's members in generations, parents before children: from left to right, or from top to bottom. */
export function layOut(family: Family, direction: "LR" | "TB"): FamilyLayout {
  const box = BOXES[direction];
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, nodesep: 20, ranksep: direction === "LR" ? 90 : 60 });
  for (const key of family.members.keys()) graph.setNode(key, { ...box });
  for (const { parent, child } of family.links) graph.setEdge(parent, child, {});
  layout(graph);
  const corners = [...family.members.keys()].map((key) => {
    const { x = 0, y = 0 } = graph.node(key);
    return [key, { x: x - box.width / 2, y: y - box.height / 2 }] as const;
  });
  return {
    places: new Map(corners),
    width: Math.max(...corners.map(([, { x }]) => x + box.width)),
    height: Math.max(...corners.map(([, { y }]) => y + box.height)),
  };
}
