import { Graph, layout } from "@dagrejs/dagre";
import type { Family } from "./family.ts";

/** Where a member's box is, its top left corner, in pixels. */
export interface Place {
  x: number;
  y: number;
}

/** A member's box, in pixels. */
export const BOX = { width: 210, height: 64 } as const;

/** Places a family's members in generations, parents before children: from left to right, or from top to bottom. */
export function placeFamily(family: Family, direction: "LR" | "TB"): Map<string, Place> {
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, nodesep: 20, ranksep: direction === "LR" ? 110 : 70 });
  for (const key of family.members.keys()) graph.setNode(key, { ...BOX });
  for (const { parent, child } of family.links) graph.setEdge(parent, child, {});
  layout(graph);
  return new Map(
    [...family.members.keys()].map((key) => {
      const { x = 0, y = 0 } = graph.node(key);
      return [key, { x: x - BOX.width / 2, y: y - BOX.height / 2 }];
    }),
  );
}
