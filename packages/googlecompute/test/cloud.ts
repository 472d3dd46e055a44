import { PassThrough } from "node:stream";
import {
  type GoogleComputeOptions,
  type GoogleComputeStandIn,
  startGoogleCompute,
} from "@packerkit/cloud-sim";
import { consoleUi, type RunBuildOptions, runBuild, type Ui } from "@packerkit/plugin-sdk";
import type { Artifact } from "@packerkit/registry-image";
import { googleComputeBuilder } from "../src/index.ts";

/** A cloud of its own for one test, with operations that take next to no time. */
export async function startCloud(
  options: GoogleComputeOptions = {},
): Promise<GoogleComputeStandIn> {
  return await startGoogleCompute({ operationMs: 1, scriptMs: 1, ...options });
}

/** How a component signs in to the given cloud. */
export function access({ endpoints, token }: GoogleComputeStandIn): Record<string, unknown> {
  return { access_token: token, custom_endpoints: endpoints };
}

/** The settings of a build in the given cloud. */
export function settings(cloud: GoogleComputeStandIn, more: object = {}): Record<string, unknown> {
  return {
    ...access(cloud),
    project_id: cloud.project,
    zone: "us-central1-a",
    source_image_family: "debian-12",
    source_image_project_id: ["debian-cloud"],
    image_name: "web-1",
    communicator: "none",
    ...more,
  };
}

/** A {@link Ui} that says nothing. */
export function quietUi(): Ui {
  return consoleUi("test", new PassThrough().resume());
}

/** A {@link Ui} that keeps what it is told. */
export function recordingUi(): { ui: Ui; lines: string[] } {
  const lines: string[] = [];
  return { ui: { ...quietUi(), say: (line) => void lines.push(line) }, lines };
}

/** Builds `web-1`, quietly. */
export async function build(
  cloud: GoogleComputeStandIn,
  more: object = {},
  options: Partial<RunBuildOptions> = {},
): Promise<Artifact> {
  const artifact = await runBuild(googleComputeBuilder, {
    config: settings(cloud, more),
    ui: quietUi(),
    ...options,
  });
  if (artifact === undefined) throw new Error("the build made no artifact");
  return artifact;
}

/** What there is in a cloud that was not there from the start, by kind and name. */
export function leftovers(cloud: GoogleComputeStandIn): string[] {
  const { disks, images, instances, objects } = cloud.snapshot();
  return [
    ...instances.map(({ name }) => `instance ${name}`),
    ...disks.map(({ name }) => `disk ${name}`),
    ...images.map(({ name }) => `image ${name}`),
    ...objects.map(({ bucket, name }) => `gs://${bucket}/${name}`),
  ];
}

/** Asks the cloud's API as another client would. */
export async function ask<Answer>(cloud: GoogleComputeStandIn, path: string): Promise<Answer> {
  const response = await fetch(`${cloud.endpoints.compute}projects/${cloud.project}/${path}`, {
    headers: { authorization: `Bearer ${cloud.token}` },
  });
  return (await response.json()) as Answer;
}
