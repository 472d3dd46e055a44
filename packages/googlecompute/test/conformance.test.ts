import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GoogleComputeStandIn } from "@packerkit/cloud-sim";
import type { Expectations } from "@packerkit/conformance";
import { describeArtifactConformance } from "@packerkit/conformance/vitest";
import { overTheWire } from "@packerkit/plugin-sdk/test/over-the-wire";
import { ComputeClient, type ImageResource } from "../src/client.ts";
import {
  BUILDER_ID,
  EXPORT_BUILDER_ID,
  ExportArtifact,
  googleComputeExport,
  googleComputeImport,
  IMPORT_BUILDER_ID,
  ImageArtifact,
  ImportArtifact,
} from "../src/index.ts";
import { StorageClient } from "../src/storage-client.ts";
import { ask, build, leftovers, settings, startCloud } from "./cloud.ts";
import { fileArtifact, postProcess } from "./post-process.ts";

const TOKEN = "a-token-that-must-not-show";
const PATHS = ["gs://packerkit-bucket/web.tar.gz", "gs://packerkit-bucket/copy.tar.gz"];

/** What every artifact of this package must look like. */
const shared: Expectations = {
  provider: "gce",
  stateKeys: ["generated_data"],
  secrets: [TOKEN],
};

function reach({ url }: GoogleComputeStandIn) {
  const { hostname, port } = new URL(url);
  const endpoint = { protocol: "http", host: hostname, port: Number(port) } as const;
  return { credentials: { kind: "token", token: TOKEN } as const, endpoint };
}

describeArtifactConformance(
  "the googlecompute image",
  async () => {
    const cloud = await startCloud({ token: TOKEN });
    const artifact = await build(cloud, { image_labels: { team: "web", app: "shop" } });
    return {
      artifact,
      async withGeneratedData(generatedData) {
        return new ImageArtifact({
          client: await ComputeClient.connect(reach(cloud)),
          image: await ask<ImageResource>(cloud, "global/images/web-1"),
          imageProject: cloud.project,
          settings: {
            ...(settings(cloud) as { project_id: string; zone: string }),
            machine_type: "e2-micro",
            source_image_project_id: [],
          },
          generatedData,
        });
      },
      remaining: () => leftovers(cloud),
      breakDestroy() {
        cloud.faults.inject({ operation: "images.delete", kind: "error" });
        return ["image web-1"];
      },
      dispose: () => cloud.close(),
    };
  },
  {
    ...shared,
    builderId: BUILDER_ID,
    imageId: /^web-1$/,
    region: /^us-central1-a$/,
    sourceId: /^debian-12-bookworm-v20260609$/,
    labels: [
      "disk_size_gb",
      "licenses",
      "machine_type",
      "project_id",
      "self_link",
      "source_image_family",
      "source_image_project_ids",
      "tags",
    ],
    stateKeys: ["generated_data", "ImageName", "ImageSizeGb", "ProjectId", "BuildZone"],
  },
);

describeArtifactConformance(
  "the exported image",
  async () => {
    const cloud = await startCloud({ token: TOKEN });
    const image = overTheWire(await build(cloud));
    const artifact = await postProcess(googleComputeExport, cloud, image, { paths: PATHS });
    return {
      artifact,
      withGeneratedData: async (generatedData) =>
        new ExportArtifact({
          storage: await StorageClient.connect(reach(cloud)),
          paths: PATHS,
          generatedData,
        }),
      remaining: () => leftovers(cloud).filter((name) => name.startsWith("gs://")),
      breakDestroy() {
        cloud.faults.inject({ operation: "objects.delete", kind: "error", status: 403 });
        return [PATHS[0] as string];
      },
      dispose: () => cloud.close(),
    };
  },
  {
    ...shared,
    builderId: EXPORT_BUILDER_ID,
    imageId: /^gs:\/\/packerkit-bucket\/(web|copy)\.tar\.gz$/,
    region: /^packerkit-bucket$/,
    sourceId: {
      none: "the official export names no source, and the image that it was is its parent's",
    },
  },
);

describeArtifactConformance(
  "the imported image",
  async () => {
    const cloud = await startCloud({ token: TOKEN });
    const folder = await mkdtemp(join(tmpdir(), "packerkit-gce-"));
    const archive = join(folder, "disk.tar.gz");
    await writeFile(archive, "a disk");
    const compressed = fileArtifact("packer.post-processor.compress", [archive]);
    const artifact = await postProcess(googleComputeImport, cloud, compressed, {
      project_id: cloud.project,
      bucket: "packerkit-bucket",
      image_name: "web-1",
    });
    return {
      artifact,
      withGeneratedData: async (generatedData) =>
        new ImportArtifact({
          client: await ComputeClient.connect(reach(cloud)),
          project: cloud.project,
          name: "web-1",
          selfLink: "https://www.googleapis.com/compute/v1/projects/p/global/images/web-1",
          generatedData,
        }),
      remaining: () => leftovers(cloud),
      breakDestroy() {
        cloud.faults.inject({ operation: "images.delete", kind: "error" });
        return ["image web-1"];
      },
      async dispose() {
        await cloud.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  {
    ...shared,
    builderId: IMPORT_BUILDER_ID,
    imageId: /\/projects\/packerkit-test\/global\/images\/web-1$/,
    region: /^packerkit-test$/,
    sourceId: { none: "an archive from anywhere has no source image" },
  },
);
