import { messageOf, type Ui } from "@packerkit/plugin-sdk";
import type { RegistryClient } from "@packerkit/registry";
import type { Artifact } from "@packerkit/registry-image";
import { buildImage } from "./build-image.ts";
import type { Backend, Flow, ParentArtifact } from "./flow.ts";
import { type BuildReport, emptyBuildReport, type FlowReport } from "./report.ts";

/** How to run a flow. */
export interface RunFlowOptions {
  ui: Ui;
  signal: AbortSignal;
  /** Leave the artifacts in place at the end. */
  keep: boolean;
  /** Where the images are published: in the buckets `<app>-base` and `<app>-web`. */
  registry?: RegistryClient;
}

/**
 * Runs an app's flow: opens its backend, builds, asks the artifact's state, checks what it answers, publishes it, builds
 * a second image on the first where the backend can, and destroys the artifacts unless they are to be kept. Never
 * rejects: what went wrong stands in the report.
 */
export async function runFlow(flow: Flow, options: RunFlowOptions): Promise<FlowReport> {
  const started = performance.now();
  const report: FlowReport = {
    app: flow.name,
    ok: false,
    ...emptyBuildReport(),
    kept: false,
    duration: 0,
    errors: [],
  };
  try {
    const backend = await flow.open(options.signal);
    try {
      report.backend = { kind: backend.kind, description: backend.description };
      options.ui.say(`Building on ${backend.description}`);
      await buildGenerations(flow, backend, options, report);
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

async function buildGenerations(
  flow: Flow,
  backend: Backend,
  options: RunFlowOptions,
  report: FlowReport,
): Promise<void> {
  const { config, expectations, childConfig } = backend;
  const made: Artifact[] = [];
  const build = async (
    generation: Pick<
      Parameters<typeof buildImage>[0],
      "bucket" | "config" | "expectations" | "parents"
    >,
    result: BuildReport,
  ) =>
    await buildImage({ flow, provisioners: backend.provisioners ?? [], ...generation }, options, {
      report: result,
      errors: report.errors,
      onMade: (artifact) => made.unshift(artifact),
    });
  try {
    const bucket = `${flow.name}-base`;
    await build({ bucket, config, expectations, parents: [] }, report);
    const parent = parentOf(report);
    if (childConfig === undefined || parent === undefined || report.errors.length > 0) return;
    const names = [...new Set([...parent.images.map(({ imageId }) => imageId), parent.id])];
    options.ui.say(`Building a second image on ${parent.id}`);
    const found = await options.registry?.findArtifact({
      bucket,
      channel: "latest",
      platform: parent.images[0].providerName,
      region: parent.images[0].providerRegion,
    });
    report.child = emptyBuildReport();
    await build(
      {
        bucket: `${flow.name}-web`,
        config: { ...config, ...childConfig(parent) },
        expectations: { ...expectations, sourceId: oneOf(names) },
        parents: found ? names.map((externalIdentifier) => ({ ...found, externalIdentifier })) : [],
      },
      report.child,
    );
  } finally {
    await finish(made, options, report);
  }
}

function parentOf({ artifactId, images }: BuildReport): ParentArtifact | undefined {
  const [first, ...rest] = images;
  if (artifactId === undefined || first === undefined) return undefined;
  return { id: artifactId, images: [first, ...rest] };
}

function oneOf(names: readonly string[]): RegExp {
  const literal = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^(?:${literal.join("|")})$`);
}

/** Children go first. Artifacts of a run that failed or was cancelled are not kept: nobody was told of them. */
async function finish(
  artifacts: readonly Artifact[],
  { keep, signal, ui }: RunFlowOptions,
  report: FlowReport,
): Promise<void> {
  report.kept = artifacts.length > 0 && keep && !signal.aborted && report.errors.length === 0;
  if (report.kept) return;
  for (const artifact of artifacts) {
    ui.say(`Destroying the artifact ${artifact.id()}`);
    try {
      await artifact.destroy();
    } catch (error) {
      report.kept = true;
      const problem = `the artifact ${artifact.id()} could not be destroyed: ${messageOf(error)}`;
      report.errors.push(problem);
    }
  }
}
