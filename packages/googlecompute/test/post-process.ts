import type { GoogleComputeStandIn } from "@packerkit/cloud-sim";
import {
  defaultPackerSettings,
  type PostProcessContext,
  type PostProcessorDefinition,
  parseConfig,
} from "@packerkit/plugin-sdk";
import { overTheWire } from "@packerkit/plugin-sdk/test/over-the-wire";
import type { Artifact } from "@packerkit/registry-image";
import type { z } from "zod";
import { access, quietUi } from "./cloud.ts";

type Incoming = PostProcessContext<unknown>["artifact"];

/** An artifact that consists of files, such as the post-processor compress makes. */
export function fileArtifact(builderId: string, files: readonly string[]): Incoming {
  return overTheWire({
    builderId: () => builderId,
    files: () => files,
    id: () => "",
    toString: () => files.join(", "),
    state: (name) =>
      name === "generated_data" ? { SourceImageName: "from-elsewhere" } : undefined,
    destroy: async () => {},
  });
}

/** Runs a post-processor, quietly. */
export async function postProcess<Schema extends z.ZodObject>(
  definition: PostProcessorDefinition<Schema>,
  cloud: GoogleComputeStandIn,
  artifact: Incoming,
  more: object,
  options: Partial<Pick<PostProcessContext<unknown>, "packer" | "signal">> = {},
): Promise<Artifact> {
  const config = parseConfig("post-processor", definition.config, { ...access(cloud), ...more });
  const result = await definition.run({
    config,
    artifact,
    ui: quietUi(),
    signal: new AbortController().signal,
    packer: defaultPackerSettings,
    ...options,
  });
  return result.artifact as Artifact;
}

/**
 * Runs some work again and again, each time with a fault at another call of it.
 *
 * @param open Makes a cloud for one run, and what the run needs; what it asks of the cloud does not count.
 */
export async function withFaultAtEachCall<Prepared>(
  kind: "error" | "drop" | "dropAfter",
  open: () => Promise<{ cloud: GoogleComputeStandIn; prepared: Prepared }>,
  run: (cloud: GoogleComputeStandIn, prepared: Prepared) => Promise<unknown>,
  check: (cloud: GoogleComputeStandIn, outcome: { error?: unknown }, what: string) => void,
): Promise<number> {
  const first = await open();
  const before = first.cloud.requests.length;
  await run(first.cloud, first.prepared);
  const calls = first.cloud.requests.slice(before).map(({ operation }) => operation);
  await first.cloud.close();
  await Promise.all(
    calls.map(async (operation, index) => {
      const { cloud, prepared } = await open();
      cloud.faults.inject({ kind, call: index + 1 });
      const outcome = await run(cloud, prepared).then(
        () => ({}),
        (error: unknown) => ({ error }),
      );
      check(cloud, outcome, `${kind} at call ${index + 1}, ${operation}`);
      await cloud.close();
    }),
  );
  return calls.length;
}
