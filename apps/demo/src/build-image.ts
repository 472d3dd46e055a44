import { type Expectations, readOnlyRules, runRules } from "@packerkit/conformance";
import { runBuild, type Ui } from "@packerkit/plugin-sdk";
import { type ParentImage, RegistryClientError } from "@packerkit/registry";
import { type Artifact, collectImages } from "@packerkit/registry-image";
import type { Backend, Flow } from "./flow.ts";
import type { BuildReport } from "./report.ts";
import type { RunFlowOptions } from "./run-flow.ts";

/** One image that is to be built. */
export interface ImagePlan {
  flow: Flow;
  provisioners: NonNullable<Backend["provisioners"]>;
  /** Of the registry. */
  bucket: string;
  config: Readonly<Record<string, unknown>>;
  expectations: Expectations;
  /** What it is built on, by every id that its source may go by; empty where the registry does not know it. */
  parents: readonly ParentImage[];
}

/** Where the outcome of a build goes while it comes about. */
export interface ImageOutcome {
  report: BuildReport;
  errors: string[];
  /** The artifact is there from now on, and has to be destroyed. */
  onMade: (artifact: Artifact) => void;
}

/**
 * Builds an image, checks its metadata and publishes it.
 *
 * @throws whatever the builder or the registry's client throws.
 */
export async function buildImage(
  plan: ImagePlan,
  { ui, signal, registry }: RunFlowOptions,
  { report, errors, onMade }: ImageOutcome,
): Promise<void> {
  const { flow, bucket, parents } = plan;
  const build = async (): Promise<Artifact> => {
    const artifact = await runBuild(flow.builder, {
      config: plan.config,
      ui,
      signal,
      packer: { buildName: flow.name, builderType: flow.name },
      provisioners: plan.provisioners,
    });
    if (artifact === undefined) throw new Error("the build ended without an artifact");
    onMade(artifact);
    await inspect(artifact, plan.expectations, ui, { report, errors });
    return artifact;
  };
  if (registry === undefined) {
    await build();
    return;
  }
  const componentType = `${flow.name}.${bucket}`;
  const version = await registry
    .publish(build, { bucket, componentType, parents, signal, onWarning: (text) => ui.say(text) })
    .catch((error) => {
      throw reasonOf(error);
    });
  ui.say(`Published as ${version.versionName} of the bucket ${bucket}`);
  report.published = { bucket, version: version.versionName, fingerprint: version.fingerprint };
}

/** Of a build that failed, what it failed of: the registry's client wraps it. */
function reasonOf(error: unknown): unknown {
  const isWrapped =
    error instanceof RegistryClientError && ["BUILD_FAILED", "CANCELLED"].includes(error.code);
  return isWrapped && error.cause instanceof Error ? error.cause : error;
}

async function inspect(
  artifact: Artifact,
  expectations: Expectations,
  ui: Ui,
  { report, errors }: Pick<ImageOutcome, "report" | "errors">,
): Promise<void> {
  report.builderId = artifact.builderId();
  report.artifactId = artifact.id();
  report.text = artifact.toString();
  ui.say("Asking the artifact for its state par.artifact.metadata");
  Object.assign(report, await collectImages(artifact));
  const none = { none: "the flow keeps the artifact as it is" };
  const subject = { artifact, withGeneratedData: none, remaining: none, breakDestroy: none };
  const results = await runRules(() => subject, expectations, readOnlyRules);
  report.rules = results.map(({ rule, outcome, detail }) => ({
    id: rule.id,
    title: rule.title,
    outcome,
    detail,
  }));
  for (const { id, outcome, detail } of report.rules) {
    if (outcome === "violated") errors.push(`${id}: ${detail}`);
  }
}
