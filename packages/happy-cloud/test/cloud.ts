import { PassThrough } from "node:stream";
import { type HappyCloudStandIn, startHappyCloud } from "@packerkit/cloud-sim";
import { consoleUi, type RunBuildOptions, runBuild } from "@packerkit/plugin-sdk";
import type { Artifact } from "@packerkit/registry-image";
import { happyCloudBuilder } from "../src/index.ts";

/** A cloud of its own for one test, with transitions that take next to no time. */
export async function startCloud(token = "test-token"): Promise<HappyCloudStandIn> {
  return await startHappyCloud({ token, transitionMs: 1 });
}

/** The settings of a build in the given cloud. */
export function settings(cloud: HappyCloudStandIn, more: object = {}): Record<string, unknown> {
  return {
    api_url: `${cloud.url}/v1`,
    token: cloud.token,
    region: "sunny-east",
    source_image: "happy-linux-1",
    image_name: "web-1",
    labels: { team: "web" },
    ...more,
  };
}

/** Builds `web-1` with one provisioner, quietly. */
export async function build(
  cloud: HappyCloudStandIn,
  more: object = {},
  options: Partial<RunBuildOptions> = {},
): Promise<Artifact> {
  const artifact = await runBuild(happyCloudBuilder, {
    config: settings(cloud, more),
    ui: consoleUi("test", new PassThrough().resume()),
    provisioners: [
      async ({ communicator, signal }) => {
        const status = await communicator.start({ command: "echo hello > /srv/hello" }, { signal });
        if (status !== 0) throw new Error(`the provisioner exited with ${status}`);
      },
    ],
    ...options,
  });
  if (artifact === undefined) throw new Error("the build made no artifact");
  return artifact;
}

/** What builds have left in a cloud: instances, and images that it did not bring. */
export function leftovers(cloud: HappyCloudStandIn): string[] {
  const { images, instances } = cloud.snapshot();
  const built = images.filter(({ source_image_id }) => source_image_id !== null);
  return [...instances, ...built].map(({ id }) => id);
}
