import type { Environment } from "@packerkit/registry";
import type { FlowReport } from "../report.ts";

/** What the demo tells the process of an app. */
export type ToApp =
  /** Run the flow, and publish to the registry of these variables. */
  { kind: "run"; keep: boolean; registry: Environment } | { kind: "cancel"; reason: string };

/** What the process of an app tells the demo, once. */
export interface FromApp {
  report: FlowReport;
}

/** What the demo tells the process of the registry. */
export type ToRegistry =
  /** Start; with the page where its folder is given. */
  { kind: "start"; pageFolder: string | undefined } | { kind: "stop" };

/** What the process of the registry tells the demo, once. */
export type FromRegistry =
  | { url: string; environment: Record<string, string> }
  | { problem: string };
