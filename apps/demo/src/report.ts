import type { Dropped, Image } from "@packerkit/registry-image";
import type { Backend } from "./flow.ts";

/** What became of one rule, as it stands in a report. */
export interface RuleReport {
  id: string;
  title: string;
  outcome: "kept" | "violated" | "not-applicable";
  detail: string;
}

/** What came out of one build. */
export interface BuildReport {
  builderId?: string;
  artifactId?: string;
  /** The artifact's own words. */
  text?: string;
  images: Image[];
  /** The labels of all images together: the build's labels in the registry. */
  labels: Record<string, string>;
  dropped: Dropped[];
  rules: RuleReport[];
  /** Where the registry has it; left out where the flow ran without one. */
  published?: { bucket: string; version: string; fingerprint: string };
}

/** What came out of one app's flow; the images are those of its first build. */
export interface FlowReport extends BuildReport {
  app: string;
  ok: boolean;
  backend?: { kind: Backend["kind"]; description: string };
  /** The second build, on the image of the first. */
  child?: BuildReport;
  /** Whether the artifacts still exist. */
  kept: boolean;
  /** Milliseconds from the first call to the last. */
  duration: number;
  /** Why the flow failed, one cause an entry. */
  errors: string[];
}

/** The report of a build that has not begun. */
export function emptyBuildReport(): BuildReport {
  return { images: [], labels: {}, dropped: [], rules: [] };
}
