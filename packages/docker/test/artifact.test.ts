import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DockerEngineStandIn, startDockerEngine } from "@packerkit/cloud-sim";
import type { Subject } from "@packerkit/conformance";
import { describeArtifactConformance } from "@packerkit/conformance/vitest";
import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, ExportArtifact, ImportArtifact, readEngineAddress } from "../src/index.ts";
import { build, temporaryFolder } from "./harness.ts";

const SHA256 = /^sha256:[0-9a-f]{64}$/;

const imageExpectations = {
  builderId: "packer.post-processor.docker-import",
  provider: "docker",
  imageId: SHA256,
  region: /^docker$/,
  sourceId: SHA256,
  labels: ["SourceImageDigest", "ImageSha256", "PackerArtifactID"],
  stateKeys: ["generated_data"],
};

let standIn: DockerEngineStandIn;
let present: readonly string[];
beforeAll(async () => {
  standIn = await startDockerEngine({ unixSocket: true });
  present = imageIds();
});
afterAll(async () => {
  await standIn.close();
});

function imageIds(): string[] {
  return standIn.snapshot().images.map(({ id }) => id);
}

/** An image that a build has made, with the image from a Dockerfile that it is built on. */
async function imageSubject(settings: Readonly<Record<string, unknown>>): Promise<Subject> {
  const artifact = await build(standIn.dockerHost, { commit: true, ...settings });
  if (artifact === undefined) throw new Error("the build made no artifact");
  const engine = new Engine(readEngineAddress(standIn.dockerHost));
  const remaining = () => imageIds().filter((id) => !present.includes(id));
  return {
    artifact,
    withGeneratedData: (generatedData) =>
      new ImportArtifact({ engine, id: artifact.id(), generatedData }),
    remaining,
    breakDestroy: () => {
      standIn.faults.inject({ kind: "error", operation: "ImageDelete" });
      return remaining(); // the image that it is built on cannot go before it
    },
    dispose: async () => {
      standIn.faults.clear();
      await artifact.destroy();
    },
  };
}

describeArtifactConformance(
  "a committed image",
  () => imageSubject({ image: "busybox:latest" }),
  imageExpectations,
);

describe("on top of a Dockerfile", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeFile(join(folder.path, "Dockerfile"), "FROM busybox:latest\nENV BUILT=yes\n");
  });
  afterAll(async () => {
    await folder[Symbol.asyncDispose]();
  });

  describeArtifactConformance(
    "a committed image whose source image was built from a Dockerfile",
    () => {
      const path = join(folder.path, "Dockerfile");
      return imageSubject({ build: { path, build_dir: folder.path, pull: false } });
    },
    imageExpectations,
  );
});

describeArtifactConformance(
  "an exported container",
  async () => {
    const folder = await temporaryFolder();
    const path = join(folder.path, "container.tar");
    const settings = { image: "busybox:latest", export_path: path };
    const artifact = await build(standIn.dockerHost, settings);
    if (artifact === undefined) throw new Error("the build made no artifact");
    return {
      artifact,
      withGeneratedData: (generatedData) => new ExportArtifact({ path, generatedData }),
      remaining: () => (existsSync(path) ? [path] : []),
      breakDestroy: async () => {
        await artifact.destroy();
        await mkdir(path);
        return [path];
      },
      dispose: async () => await folder[Symbol.asyncDispose](),
    };
  },
  {
    builderId: "packer.docker",
    metadata: { none: "it is a file, not an image" },
    stateKeys: ["generated_data"],
  },
);

describeArtifactConformance(
  "a discarded container",
  async () => {
    const artifact = await build(standIn.dockerHost, { image: "busybox:latest", discard: true });
    if (artifact === undefined) throw new Error("the build made no artifact");
    const none = "nothing is kept of a discarded container";
    return {
      artifact,
      withGeneratedData: (generatedData) => new ExportArtifact({ generatedData }),
      remaining: { none },
      breakDestroy: { none },
    };
  },
  { builderId: "packer.docker", metadata: { none: "nothing is kept of a discarded container" } },
);

describe("an image artifact", () => {
  const engine = { inspectImage: async () => undefined, removeImage: async () => {} };
  const known = {
    ImageSha256: `sha256:${"a".repeat(64)}`,
    SourceImageSha256: `sha256:${"b".repeat(64)}`,
    SourceImageDigest: "busybox@sha256:c",
  };

  it("keeps the sha256 as the image's id after a tag and a push", () => {
    const artifact = new ImportArtifact({
      engine,
      id: "registry.example/web:1",
      builderId: "packer.post-processor.docker-tag",
      generatedData: { ...known, Digest: "registry.example/web@sha256:d" },
      tags: ["registry.example/web:1", "registry.example/web:latest"],
    });
    expect(artifact.state(ARTIFACT_STATE_URI)).toEqual({
      imageId: known.ImageSha256,
      providerName: "docker",
      providerRegion: "docker",
      sourceImageId: known.SourceImageSha256,
      labels: {
        PackerArtifactID: "registry.example/web:1",
        SourceImageDigest: "busybox@sha256:c",
        ImageSha256: known.ImageSha256,
        ImageDigest: "registry.example/web@sha256:d",
        tags: "registry.example/web:1,registry.example/web:latest",
      },
    });
    expect(artifact.state("docker_tags")).toEqual([
      "registry.example/web:1",
      "registry.example/web:latest",
    ]);
    expect(String(artifact)).toBe(
      "Docker image registry.example/web:1 (registry.example/web:1, registry.example/web:latest)",
    );
  });

  it.each([
    ["no generated data", undefined],
    ["generated data that is no map", "text"],
    ["values of another type", { ImageSha256: 7, SourceImageSha256: null, Digest: ["x"] }],
    ["values that were never found", { ImageSha256: "ERR_IMAGE_SHA256_NOT_FOUND" }],
  ])("falls back to its own id with %s", (_, generatedData) => {
    const artifact = new ImportArtifact({ engine, id: "sha256:own", generatedData });
    expect(artifact.state(ARTIFACT_STATE_URI)).toEqual({
      imageId: "sha256:own",
      providerName: "docker",
      providerRegion: "docker",
      sourceImageId: "",
      labels: { PackerArtifactID: "sha256:own" },
    });
    expect(artifact.state("docker_tags")).toBeUndefined();
  });
});
