import { setTimeout as sleep } from "node:timers/promises";
import { StepsError } from "@packerkit/plugin-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { build, leftovers, startCloud } from "./cloud.ts";

/** The operations of one whole build, as the cloud counted them: nothing here lists them by hand. */
let calls: string[] = [];

beforeAll(async () => {
  await using cloud = await startCloud();
  await build(cloud);
  calls = cloud.requests.map(({ operation }) => operation);
});

describe("a fault at any one call", () => {
  it.each(["error", "drop", "dropAfter"] as const)(
    "%s leaves nothing of a failed build",
    async (kind) => {
      let failed = 0;
      for (const [index, operation] of calls.entries()) {
        await using cloud = await startCloud();
        cloud.faults.inject({ kind, call: index + 1 });
        const what = `${kind} at call ${index + 1}, ${operation}`;
        const outcome = await build(cloud).then(
          (artifact) => ({ kept: [artifact.id()] }),
          (error: unknown) => {
            expect(error, what).toBeInstanceOf(StepsError);
            expect((error as StepsError).message, what).not.toContain(cloud.token);
            failed++;
            return { kept: [] };
          },
        );
        expect(leftovers(cloud), what).toEqual(outcome.kept);
      }
      expect(calls.length).toBeGreaterThan(8);
      expect(failed).toBeGreaterThan(calls.length / 2);
    },
  );
});

describe("a cancel at any one call", () => {
  it("leaves nothing and says that it was a cancel", async () => {
    let cancelled = 0;
    for (const [index, operation] of calls.entries()) {
      await using cloud = await startCloud();
      const controller = new AbortController();
      cloud.faults.inject({ kind: "delay", call: index + 1, delayMs: 30 });
      const timer = setInterval(() => {
        if (cloud.requests.length > index) controller.abort(new Error("Ctrl-C"));
      }, 1);
      const outcome = await build(cloud, {}, { signal: controller.signal }).then(
        (artifact) => ({ kept: [artifact.id()] }),
        (error: unknown) => {
          expect(error, operation).toMatchObject({ code: "CANCELLED" });
          cancelled++;
          return { kept: [] };
        },
      );
      clearInterval(timer);
      await sleep(40); // what the cloud was still at when the build was cancelled
      expect(leftovers(cloud), `cancelled at call ${index + 1}, ${operation}`).toEqual(
        outcome.kept,
      );
    }
    expect(cancelled).toBeGreaterThan(calls.length / 2);
  });
});

describe("what cannot be removed", () => {
  it("is listed by id", async () => {
    await using cloud = await startCloud();
    cloud.faults.inject({ kind: "error", operation: "CreateImage" });
    cloud.faults.inject({
      kind: "error",
      operation: "DeleteInstance",
      times: Number.POSITIVE_INFINITY,
    });
    const error = await build(cloud).catch((thrown: unknown) => thrown as StepsError);
    expect(error).toMatchObject({ leftBehind: leftovers(cloud).map((id) => `instance ${id}`) });
    expect(leftovers(cloud)).toHaveLength(1);
  });

  it("is an error of destroy() that names the image", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud);
    cloud.faults.inject({ kind: "error", operation: "DeleteImage" });
    await expect(artifact.destroy()).rejects.toThrow(artifact.id());
  });
});

describe("bad input", () => {
  it.each([
    [
      "an unknown region",
      { region: "cloudy-north" },
      'there is no region "cloudy-north"; the regions are sunny-east, sunny-west',
    ],
    [
      "an unknown source",
      { source_image: "img-none" },
      'there is no image "img-none" in sunny-east; check the attribute source_image',
    ],
    ["a refused token", { token: "wrong" }, "check the attribute token"],
    [
      "a cloud that does not answer",
      { api_url: "http://127.0.0.1:1/v1" },
      "check the attribute api_url",
    ],
    ["an empty image name", { image_name: " " }, "image_name: must be 1 to 63 lower-case letters"],
    ["labels that are no strings", { labels: { size: ["x"] } }, "labels.size"],
    [
      "a label of a megabyte",
      { labels: { note: "x".repeat(1 << 20) } },
      'the label "note" has 1048576 characters',
    ],
    [
      "control characters in a label",
      { labels: { note: "\u0007" } },
      'the label "note" has control characters',
    ],
    ["an unknown attribute", { imagename: "web" }, "imagename: "],
    ["a URL that is none", { api_url: "happy" }, "api_url: "],
  ])("%s is one clear error, and nothing is made", async (_, more, message) => {
    await using cloud = await startCloud();
    await expect(build(cloud, more)).rejects.toThrow(message);
    expect(leftovers(cloud)).toEqual([]);
  });

  it("an image name that is taken is told before anything is made", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud);
    await expect(build(cloud)).rejects.toThrow(
      "choose another image_name, or replace it with -force",
    );
    expect(leftovers(cloud)).toEqual([artifact.id()]);
    expect(cloud.requests.filter(({ operation }) => operation === "CreateInstance")).toHaveLength(
      1,
    );
  });

  it("a provisioner that fails takes the instance with it", async () => {
    await using cloud = await startCloud();
    const provisioners = [
      async () => {
        throw new Error("exit status 3");
      },
    ];
    await expect(build(cloud, {}, { provisioners })).rejects.toThrow(
      '"Provision" failed: exit status 3',
    );
    expect(leftovers(cloud)).toEqual([]);
  });
});
