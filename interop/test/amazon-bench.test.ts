import { readFile } from "node:fs/promises";
import { startPlugin } from "@packerkit/plugin-protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStandIn } from "../fixtures/amazon-clouds.ts";
import { environmentFor, source, template } from "../fixtures/amazon-packer.ts";
import { openPackerPair, type PackerPair } from "../fixtures/packer-pair.ts";
import { RecordingUi } from "../fixtures/recording-ui.ts";

const ROUNDS = 7;

/** How much memory our plugin's process may hold, in megabytes. */
const MEMORY_BOUND = 150;

const REGIONS = ["us-west-2", "eu-west-1", "eu-central-1"];

let packers: PackerPair;

beforeAll(async () => {
  packers = await openPackerPair("amazon");
});
afterAll(() => packers?.[Symbol.asyncDispose]());

describe("an ebs build that copies to three regions, on a cloud that waits for nothing", () => {
  it("is timed beside the official plugin's in Packer, and the ratio is printed", async () => {
    const times: Record<"official" | "ours", number[]> = { official: [], ours: [] };
    // The first round also fills Node's compile cache and the system's, and does not count.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const name of ["official", "ours"] as const) {
        const took = await timeBuild(name);
        if (round > 0) times[name].push(took);
      }
    }
    const [ours, official] = [median(times.ours), median(times.official)];
    console.log(
      `amazon, packer build, median ms of ${ROUNDS}: ${ours.toFixed(0)} : ${official.toFixed(0)} = ${(ours / official).toFixed(2)}`,
    );
    expect(ours).toBeGreaterThan(0);
  });

  it(`takes less than ${MEMORY_BOUND} MB in our plugin's process`, async () => {
    const peaks = [await peakOfBuild(), await peakOfBuild()];
    const [first, second] = peaks.map((peak) => peak.toFixed(0));
    console.log(`amazon, MB at the peak of a build: first ${first}, then ${second}`);
    for (const peak of peaks) expect(peak).toBeLessThan(MEMORY_BOUND);
  });
});

async function timeBuild(name: "official" | "ours"): Promise<number> {
  await using cloud = await openStandIn();
  const attributes = { ami_name: '"web-1"', ami_regions: JSON.stringify(REGIONS) };
  const text = source("amazon-ebs", cloud, attributes);
  const made = await template(packers[name], "amazon-ebs", text, "");
  const began = performance.now();
  const result = await made.packer("build", [], environmentFor(cloud));
  expect(result.exitCode, result.all).toBe(0);
  return performance.now() - began;
}

function median(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? 0;
}

/** The most memory that our plugin's process held at a time, in megabytes, from its start to the end of a build. */
async function peakOfBuild(): Promise<number> {
  await using cloud = await openStandIn();
  const started = await startPlugin({
    file: packers.ourFile,
    kind: "builder",
    name: "ebs",
    environment: { XDG_CACHE_HOME: packers.ours.temporaryFolder },
  });
  try {
    const settings = {
      region: "us-east-1",
      access_key: cloud.accessKeyId,
      secret_key: cloud.secretAccessKey,
      custom_endpoint_ec2: cloud.url,
      ami_name: "web-1",
      ami_regions: REGIONS,
      source_ami_filter: {
        filters: { name: cloud.sourceName },
        owners: ["amazon"],
        most_recent: true,
      },
      instance_type: "t3.micro",
      communicator: "none",
    };
    await started.component.prepare([{ kind: "plain", value: settings }]);
    const { signal } = new AbortController();
    const hook = { run: async () => {} };
    const artifact = await started.component.run(new RecordingUi(), hook, { signal });
    expect((await artifact?.id())?.split(",")).toHaveLength(REGIONS.length + 1);
    const status = await readFile(`/proc/${started.pid}/status`, "utf8");
    return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
  } finally {
    await started.close();
  }
}
