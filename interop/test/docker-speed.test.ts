import { afterAll, beforeAll, expect, it } from "vitest";
import { describeBuilds, measureBuilds } from "../compare-docker/build-time.ts";
import { type DockerPlugins, openDockerPlugins } from "../compare-docker/docker-plugins.ts";
import { compareTransfers } from "../compare-docker/transfer.ts";

/** Larger than what the plugin may hold in memory. `pnpm bench:docker` copies a whole GiB. */
const SIZE = 2 ** 28;

/** The most memory that the plugin's process may hold at a time, in megabytes. */
const MAX_MEMORY = 200;

let plugins: DockerPlugins;

beforeAll(async () => {
  plugins = await openDockerPlugins();
});
afterAll(() => plugins?.[Symbol.asyncDispose]());

it("a commit build is timed in turn with the official plugin, and the ratio is printed", async () => {
  const times = await measureBuilds(plugins, 5);
  console.log(describeBuilds(times));
  expect(times.ours).toHaveLength(5);
  expect(times.official).toHaveLength(5);
});

it("a large file goes into a container and back unchanged, and is never held in memory", async () => {
  const { official, ours } = await compareTransfers(plugins, SIZE, 1);
  for (const { checksums } of [...official, ...ours]) {
    expect(checksums.received).toBe(checksums.sent);
  }
  expect(Math.min(...ours.map(({ peakMegabytes }) => peakMegabytes))).toBeGreaterThan(0);
  expect(Math.max(...ours.map(({ peakMegabytes }) => peakMegabytes))).toBeLessThan(MAX_MEMORY);
});
