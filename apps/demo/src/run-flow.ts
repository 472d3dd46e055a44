import { readOnlyRules, runRules } from "@packerkit/conformance";
import { messageOf, runBuild, type Ui } from "@packerkit/plugin-sdk";
import { type Artifact, collectImages, type Dropped, type Image } from "@packerkit/registry-image";
import type { Backend, Flow } from "./flow.ts";

/** What became of one rule, as it stands in a report. */
export interface RuleReport {
  id: string;
  title: string;
  outcome: "kept" | "violated" | "not-applicable";
  detail: string;
}

/** What came out of one app's flow. */
export interface FlowReport {
  app: string;
  ok: boolean;
  backend?: { kind: Backend["kind"]; description: string };
  builderId?: string;
  artifactId?: string;
  /** The artifact's own words. */
  text?: string;
  images: Image[];
  /** The labels of all images together: the build's labels in the registry. */
  labels: Record<string, string>;
  dropped: Dropped[];
  rules: RuleReport[];
  /** Whether the artifact still exists. */
  kept: boolean;
  /** Milliseconds from the first call to the last. */
  duration: number;
  /** Why the flow failed, one cause an entry. */
  errors: string[];
}

/** How to run a flow. */
export interface RunFlowOptions {
  ui: Ui;
  signal: AbortSignal;
  /** Leave the artifact in place at the end. */
  keep: boolean;
}

/**
 * Runs an app's flow: opens its backend, builds, asks the artifact's state, checks what it answers, and destroys the
 * artifact unless it is to be kept. Never rejects: what went wrong stands in the report.
 */
export async function runFlow(flow: Flow, options: RunFlowOptions): Promise<FlowReport> {
  const started = performance.now();
  const report: FlowReport = {
    app: flow.name,
    ok: false,
    images: [],
    labels: {},
    dropped: [],
    rules: [],
    kept: false,
    duration: 0,
    errors: [],
  };
  try {
    const backend = await flow.open(options.signal);
    try {
      await buildAndCheck(flow, backend, options, report);
    } finally {
      await backend.close();
    }
  } catch (error) {
    report.errors.push(messageOf(error));
  }
  report.ok = report.errors.length === 0;
  report.duration = Math.round(performance.now() - started);
  return report;
}

async function buildAndCheck(
  flow: Flow,
  backend: Backend,
  options: RunFlowOptions,
  report: FlowReport,
): Promise<void> {
  const { ui, signal } = options;
  report.backend = { kind: backend.kind, description: backend.description };
  ui.say(`Building on ${backend.description}`);
  const artifact = await runBuild(flow.builder, {
    config: backend.config,
    ui,
    signal,
    packer: { buildName: flow.name, builderType: flow.name },
    provisioners: backend.provisioners ?? [],
  });
  if (artifact === undefined) throw new Error("the build ended without an artifact");
  try {
    await inspect(artifact, backend, ui, report);
  } finally {
    await finish(artifact, options, report);
  }
}

async function inspect(
  artifact: Artifact,
  backend: Backend,
  ui: Ui,
  report: FlowReport,
): Promise<void> {
  report.builderId = artifact.builderId();
  report.artifactId = artifact.id();
  report.text = artifact.toString();
  ui.say("Asking the artifact for its state par.artifact.metadata");
  Object.assign(report, await collectImages(artifact));
  const none = { none: "the flow keeps the artifact as it is" };
  const subject = { artifact, withGeneratedData: none, remaining: none, breakDestroy: none };
  const results = await runRules(() => subject, backend.expectations, readOnlyRules);
  report.rules = results.map(({ rule, outcome, detail }) => ({
    id: rule.id,
    title: rule.title,
    outcome,
    detail,
  }));
  for (const { id, outcome, detail } of report.rules) {
    if (outcome === "violated") report.errors.push(`${id}: ${detail}`);
  }
}

/** An artifact of a run that failed or was cancelled is not kept: nobody was told of it. */
async function finish(
  artifact: Artifact,
  { keep, signal, ui }: RunFlowOptions,
  report: FlowReport,
): Promise<void> {
  report.kept = keep && !signal.aborted && report.errors.length === 0;
  if (report.kept) return;
  ui.say("Destroying the artifact");
  try {
    await artifact.destroy();
  } catch (error) {
    report.kept = true;
    report.errors.push(`the artifact ${artifact.id()} could not be destroyed: ${messageOf(error)}`);
  }
}
