import { setTimeout as sleep } from "node:timers/promises";
import { parseConfig } from "@packerkit/plugin-sdk";
import { overTheWire } from "@packerkit/plugin-sdk/test/over-the-wire";
import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { googleComputeExport } from "../src/index.ts";
import { build, leftovers, startCloud } from "./cloud.ts";
import { fileArtifact, postProcess, withFaultAtEachCall } from "./post-process.ts";

const PATHS = ["gs://packerkit-bucket/web.tar.gz", "gs://second/copies/web.tar.gz"];
const BUCKETS = ["packerkit-bucket", "second"];

async function open() {
  const cloud = await startCloud({ buckets: BUCKETS });
  const prepared = overTheWire(await build(cloud));
  return { cloud, prepared };
}

describe("an export", () => {
  it("writes the image to every path, and leaves nothing else", async () => {
    const { cloud, prepared } = await open();
    const artifact = await postProcess(googleComputeExport, cloud, prepared, { paths: PATHS });
    expect(leftovers(cloud)).toEqual(["image web-1", ...PATHS]);
    expect(artifact.files()).toEqual(PATHS);
    expect(artifact.toString()).toBe(`Exported to ${PATHS.join(", ")}`);
    const image = { providerName: "gce", labels: {}, sourceImageId: "" };
    expect(await collectImages(artifact)).toMatchObject({
      images: [
        { ...image, imageId: PATHS[0], providerRegion: "packerkit-bucket" },
        { ...image, imageId: PATHS[1], providerRegion: "second" },
      ],
    });
    expect(artifact.state("generated_data")).toEqual({
      SourceImageName: "debian-12-bookworm-v20260609",
    });
    await cloud.close();
  });

  it("exports an image of another project by its URL", async () => {
    await using cloud = await startCloud({ projects: ["builds", "images"] });
    const artifact = await build(cloud, { image_project_id: "images" });
    const paths = ["gs://packerkit-bucket/web.tar.gz"];
    await postProcess(googleComputeExport, cloud, overTheWire(artifact), { paths });
    const response = await fetch(
      `${cloud.endpoints.storage}b/packerkit-bucket/o/web.tar.gz?alt=media`,
      { headers: { authorization: `Bearer ${cloud.token}` } },
    );
    expect(await response.text()).toBe("the disk of projects/images/global/images/web-1");
  });

  it.each([
    [
      "an artifact of another kind",
      fileArtifact("packer.docker", []),
      "cannot export an artifact of packer.docker",
    ],
    [
      "an artifact that does not tell its image",
      fileArtifact("packer.post-processor.artifice", []),
      "does not tell its image",
    ],
  ])("refuses %s", async (_, artifact, message) => {
    await using cloud = await startCloud();
    const paths = ["gs://packerkit-bucket/web.tar.gz"];
    await expect(
      postProcess(googleComputeExport, cloud, artifact, { paths }),
    ).rejects.toMatchObject({
      code: "BAD_ARTIFACT",
      message: expect.stringContaining(message),
    });
    expect(cloud.requests).toEqual([]);
  });

  it("tells of a bucket that is not there before anything is made", async () => {
    const { cloud, prepared } = await open();
    const paths = ["gs://no-such-bucket/web.tar.gz"];
    const failure = postProcess(googleComputeExport, cloud, prepared, { paths });
    await expect(failure).rejects.toMatchObject({
      cause: { code: "NOT_FOUND", status: 404, reason: "notFound" },
      message: expect.stringContaining("looking for the bucket no-such-bucket failed"),
    });
    expect(leftovers(cloud)).toEqual(["image web-1"]);
    await cloud.close();
  });

  it("tells what the instance printed where it fails", async () => {
    const { cloud, prepared } = await open();
    cloud.failStartupScript("gce_export: no space left");
    const failure = postProcess(googleComputeExport, cloud, prepared, { paths: PATHS });
    await expect(failure).rejects.toMatchObject({
      cause: { code: "STARTUP_SCRIPT_FAILED" },
      message: expect.stringContaining("gce_export: no space left"),
    });
    expect(leftovers(cloud)).toEqual(["image web-1"]);
    await cloud.close();
  });

  it.each([
    ["no paths", { paths: [] }, "paths: is empty"],
    ["a path that is none", { paths: ["s3://bucket/x"] }, "paths[0]: is no path of an object"],
    ["a bucket alone", { paths: ["gs://bucket"] }, "paths[0]: is no path of an object"],
    ["credentials that are no JSON", { paths: PATHS, credentials_json: "x" }, "is not JSON"],
    [
      "impersonation",
      { paths: PATHS, impersonate_service_account: "a@b.c" },
      "impersonate_service_account: impersonation is not supported",
    ],
  ])("refuses %s", (_, more, message) => {
    expect(() => parseConfig("export", googleComputeExport.config, more)).toThrow(message);
  });
});

describe.concurrent("nothing is left of an export that ends early", () => {
  it.each(["error", "drop", "dropAfter"] as const)(
    "with a fault at each call: %s",
    async (kind) => {
      const run = (
        cloud: Awaited<ReturnType<typeof open>>["cloud"],
        prepared: Awaited<ReturnType<typeof open>>["prepared"],
      ) => postProcess(googleComputeExport, cloud, prepared, { paths: PATHS });
      const calls = await withFaultAtEachCall(kind, open, run, (cloud, { error }, what) => {
        const left = leftovers(cloud).filter((name) => !name.startsWith("gs://"));
        expect(left, `${what}: ${error}`).toEqual(["image web-1"]);
      });
      expect(calls).toBeGreaterThan(6);
    },
  );

  it("cancelled while the instance exports", async () => {
    const cloud = await startCloud({ buckets: BUCKETS, scriptMs: 5000 });
    const prepared = overTheWire(await build(cloud));
    const controller = new AbortController();
    const running = postProcess(
      googleComputeExport,
      cloud,
      prepared,
      { paths: PATHS },
      { signal: controller.signal },
    );
    while (cloud.snapshot().instances[0]?.status !== "RUNNING") await sleep(5);
    controller.abort(new Error("Ctrl-C"));
    await expect(running).rejects.toMatchObject({ code: "CANCELLED", leftBehind: [] });
    expect(leftovers(cloud)).toEqual(["image web-1"]);
    await cloud.close();
  });
});
