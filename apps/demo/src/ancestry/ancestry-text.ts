import { styleText } from "node:util";
import { visible } from "../visible.ts";
import type { AncestryNode } from "./ancestry.ts";

const STATUS: Record<AncestryNode["status"], string> = {
  UP_TO_DATE: "up to date",
  OUT_OF_DATE: "out of date",
  UNDETERMINED: "",
};

/** The tree as text for people. */
export function ancestryText(roots: readonly AncestryNode[], url: string): string {
  const head = styleText("bold", `Ancestry, read back from the registry at ${url}`);
  return [head, ...roots.flatMap((root) => linesOf(root, "  ", "  "))].join("\n");
}

function linesOf(node: AncestryNode, first: string, rest: string, above?: AncestryNode): string[] {
  const below = node.children.flatMap((child, index) =>
    index === node.children.length - 1
      ? linesOf(child, `${rest}└─ `, `${rest}   `, node)
      : linesOf(child, `${rest}├─ `, `${rest}│  `, node),
  );
  return [first + nameOf(node, above), ...below];
}

function nameOf(node: AncestryNode, above: AncestryNode | undefined): string {
  const { bucket, version, source, platform, status } = node;
  if (bucket === undefined) return visible(`${source} (${platform}, not in the registry)`);
  const state = STATUS[status];
  const built = above?.bucket === undefined ? "" : `, from ${source}`;
  return visible(`${bucket} ${version}${built}${state === "" ? "" : `, ${state}`}`);
}
