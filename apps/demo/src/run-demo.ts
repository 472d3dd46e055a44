import { RegistryClient } from "@packerkit/registry";
import { type AncestryNode, readAncestry } from "./ancestry/ancestry.ts";
import { runApps } from "./processes/apps.ts";
import { type DemoRegistry, startDemoRegistry } from "./processes/registry.ts";
import type { FlowReport } from "./report.ts";

/** What the demo came to; its registry runs on until it is stopped. */
export interface Demo {
  reports: FlowReport[];
  /** What was built on what, as the registry tells it. */
  ancestry: AncestryNode[];
  registry: DemoRegistry;
}

export interface DemoOptions {
  keep: boolean;
  signal: AbortSignal;
  /** The folder of the registry's page, where it is to be served. */
  pageFolder: string | undefined;
}

/** Starts a registry, lets apps publish to it, and reads back what they told it. @throws {Error} without a registry. */
export async function runDemo(
  names: readonly string[],
  { keep, signal, pageFolder }: DemoOptions,
): Promise<Demo> {
  const starting = startDemoRegistry(pageFolder);
  const reports = await runApps(names, { keep, signal, registry: starting });
  const registry = await starting;
  try {
    await using client = RegistryClient.fromEnvironment(registry.environment);
    const ancestry = await readAncestry(client, publishedBuckets(reports));
    return { reports, ancestry, registry };
  } catch (error) {
    await registry.stop();
    throw error;
  }
}

function publishedBuckets(reports: readonly FlowReport[]): string[] {
  const published = reports.flatMap((report) => [report.published, report.child?.published]);
  return published.flatMap((one) => (one === undefined ? [] : [one.bucket]));
}
