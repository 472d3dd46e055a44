import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageResource } from "../src/client.ts";
import { googleComputeImport } from "../src/index.ts";
import { ask, leftovers, startCloud } from "./cloud.ts";
import { fileArtifact, postProcess, withFaultAtEachCall } from "./post-process.ts";

const COMPRESS = "packer.post-processor.compress";
const SETTINGS = { project_id: "packerkit-test", bucket: "packerkit-bucket", image_name: "web-1" };

let folder = "";
let archive = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "packerkit-gce-"));
  archive = join(folder, "disk.tar.gz");
  await writeFile(archive, Buffer.alloc(3_000_000, "disk"));
});
afterAll(() => rm(folder, { recursive: true }));

const open = async () => ({ cloud: await startCloud(), prepared: archived() });
const archived = () => fileArtifact(COMPRESS, ["notes.txt", archive]);

describe("an import", () => {
  it("makes an image of the archive, and removes the archive from the bucket", async () => {
    const { cloud, prepared } = await open();
    const artifact = await postProcess(googleComputeImport, cloud, prepared, {
      ...SETTINGS,
      image_labels: { team: "web" },
      image_family: "web",
      image_architecture: "arm64",
    });
    expect(leftovers(cloud)).toEqual(["image web-1"]);
    const link = `https://www.googleapis.com/compute/v1/projects/${cloud.project}/global/images/web-1`;
    expect(await collectImages(artifact)).toMatchObject({
      images: [
        {
          imageId: link,
          providerName: "gce",
          providerRegion: cloud.project,
          labels: {},
          sourceImageId: "",
        },
      ],
    });
    expect(artifact.files()).toEqual([link]);
    expect(artifact.toString()).toBe(`Imported as ${link}`);
    expect(await ask<ImageResource>(cloud, "global/images/web-1")).toMatchObject({
      family: "web",
      labels: { team: "web" },
      architecture: "ARM64",
      rawDisk: { source: expect.stringMatching(/packer-import-\d{10}\.tar\.gz$/) },
    });
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual([]);
    await cloud.close();
  });

  it("leaves the archive where skip_clean says so, whole", async () => {
    await using cloud = await startCloud();
    const more = { ...SETTINGS, skip_clean: true, gcs_object_name: "disks/web.tar.gz" };
    await postProcess(googleComputeImport, cloud, archived(), more);
    expect(cloud.snapshot().objects).toEqual([
      { bucket: "packerkit-bucket", name: "disks/web.tar.gz", bytes: 3_000_000 },
    ]);
  });

  it("with -force replaces the image that has the name", async () => {
    await using cloud = await startCloud();
    await postProcess(googleComputeImport, cloud, archived(), SETTINGS);
    await expect(postProcess(googleComputeImport, cloud, archived(), SETTINGS)).rejects.toThrow(
      "choose another image_name, or replace it with -force",
    );
    const { defaultPackerSettings } = await import("@packerkit/plugin-sdk");
    const packer = { ...defaultPackerSettings, force: true };
    await postProcess(googleComputeImport, cloud, archived(), SETTINGS, { packer });
    expect(leftovers(cloud)).toEqual(["image web-1"]);
  });

  it("replaces no object that is there, and leaves it", async () => {
    await using cloud = await startCloud();
    const more = { ...SETTINGS, skip_clean: true, gcs_object_name: "web.tar.gz" };
    await postProcess(googleComputeImport, cloud, archived(), more);
    const again = { ...more, image_name: "web-2" };
    await expect(postProcess(googleComputeImport, cloud, archived(), again)).rejects.toThrow(
      "there is gs://packerkit-bucket/web.tar.gz already; choose another gcs_object_name",
    );
    expect(leftovers(cloud)).toEqual(["image web-1", "gs://packerkit-bucket/web.tar.gz"]);
  });

  it.each([
    [
      "an artifact of another kind",
      fileArtifact("packer.docker", []),
      "put googlecompute-import behind compress",
    ],
    [
      "an artifact without an archive",
      fileArtifact(COMPRESS, ["a.zip"]),
      "none of the artifact's files is a .tar.gz (a.zip)",
    ],
  ])("refuses %s", async (_, artifact, message) => {
    await using cloud = await startCloud();
    const failure = postProcess(googleComputeImport, cloud, artifact, SETTINGS);
    await expect(failure).rejects.toMatchObject({
      code: "BAD_ARTIFACT",
      message: expect.stringContaining(message),
    });
    expect(cloud.requests).toEqual([]);
  });

  it.each([
    [
      "a bucket that is not there",
      { bucket: "no-such-bucket" },
      "looking for the bucket no-such-bucket",
    ],
    ["a project of another's", { project_id: "debian-cloud" }, "check project_id"],
  ])("tells of %s, and leaves nothing", async (_, more, message) => {
    await using cloud = await startCloud();
    const settings = { ...SETTINGS, ...more };
    await expect(postProcess(googleComputeImport, cloud, archived(), settings)).rejects.toThrow(
      message,
    );
    expect(leftovers(cloud)).toEqual([]);
  });

  it("tells of an archive that is not there", async () => {
    await using cloud = await startCloud();
    const gone = fileArtifact(COMPRESS, [join(folder, "gone.tar.gz")]);
    await expect(postProcess(googleComputeImport, cloud, gone, SETTINGS)).rejects.toMatchObject({
      cause: { code: "BAD_FILE" },
    });
    expect(leftovers(cloud)).toEqual([]);
  });

  it.each([
    ["no bucket", { bucket: undefined }, "bucket: is missing"],
    ["an image name", { image_name: "Web" }, "image_name: must be 1 to 63"],
    ["a label", { image_labels: { A: "b" } }, 'image_labels: "A" is no key'],
    ["a template", { gcs_object_name: "x-{{timestamp}}" }, "gcs_object_name: holds a template"],
    ["scopes", { scopes: ["a"] }, "scopes: nothing runs in the cloud for an import"],
    ["an architecture", { image_architecture: "mips" }, "is neither X86_64 nor ARM64"],
  ])("refuses settings: %s", (_, more, message) => {
    const settings = { ...SETTINGS, ...more };
    expect(() => parseConfig("import", googleComputeImport.config, settings)).toThrow(message);
  });
});

describe.concurrent("nothing is left of an import that ends early", () => {
  it.each(["error", "drop", "dropAfter"] as const)(
    "with a fault at each call: %s",
    async (kind) => {
      const run = async (cloud: Awaited<ReturnType<typeof startCloud>>) =>
        await postProcess(googleComputeImport, cloud, archived(), SETTINGS);
      const calls = await withFaultAtEachCall(kind, open, run, (cloud, { error }, what) => {
        const kept = error === undefined ? ["image web-1"] : [];
        expect(leftovers(cloud), `${what}: ${error}`).toEqual(kept);
      });
      expect(calls).toBeGreaterThan(6);
    },
  );

  it("where the image cannot be made", async () => {
    await using cloud = await startCloud();
    cloud.failOperation("images.insert", { code: "INVALID_USAGE", message: "no disk.raw" });
    const failure = postProcess(googleComputeImport, cloud, archived(), SETTINGS);
    await expect(failure).rejects.toMatchObject({
      cause: { code: "OPERATION_FAILED", reason: "INVALID_USAGE" },
    });
    expect(leftovers(cloud)).toEqual([]);
  });

  it("cancelled while it uploads", async () => {
    await using cloud = await startCloud();
    const controller = new AbortController();
    cloud.faults.inject({ kind: "delay", operation: "objects.insertPart", delayMs: 200 });
    const running = postProcess(googleComputeImport, cloud, archived(), SETTINGS, {
      signal: controller.signal,
    });
    const timer = setInterval(() => {
      if (cloud.operations().includes("objects.insertPart")) controller.abort(new Error("Ctrl-C"));
    }, 2);
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
    clearInterval(timer);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(leftovers(cloud)).toEqual([]);
  });
});
