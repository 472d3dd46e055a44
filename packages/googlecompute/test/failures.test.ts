import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { StepsError } from "@packerkit/plugin-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { build, leftovers, startCloud } from "./cloud.ts";

/** Names of a build's own, so that what is left can be named too; a script, so that all calls are made. */
const SETTINGS = {
  instance_name: "builder-1",
  delete_at: "2999-01-01T00:00:00Z",
  metadata: { "startup-script": "true" },
};

/** The operations of one whole build, as the cloud counted them: nothing here lists them by hand. */
let calls: string[] = [];

beforeAll(async () => {
  await using cloud = await startCloud();
  await build(cloud, SETTINGS);
  calls = cloud.requests.map(({ operation }) => operation);
});

describe.concurrent("a fault at any one call", () => {
  it.each(["error", "drop", "dropAfter"] as const)("%s leaves nothing behind", async (kind) => {
    let failed = 0;
    const trials = calls.map(async (operation, index) => {
      await using cloud = await startCloud();
      cloud.faults.inject({ kind, call: index + 1 });
      const what = `${kind} at call ${index + 1}, ${operation}`;
      const kept = await build(cloud, SETTINGS).then(
        () => ["image web-1"],
        (error: unknown) => {
          expect(error, what).toBeInstanceOf(StepsError);
          expect((error as StepsError).leftBehind, what).toEqual([]);
          failed++;
          return [];
        },
      );
      expect(leftovers(cloud), what).toEqual(kept);
    });
    await Promise.all(trials);
    expect(calls.length).toBeGreaterThan(15);
    // What got no answer is asked again; what was refused is not.
    if (kind === "error") expect(failed).toBeGreaterThan(calls.length / 2);
    else expect(failed).toBe(0);
  });

  it("an operation that never gets an answer leaves nothing behind", {
    timeout: 60_000,
  }, async () => {
    const changes = ["instances.insert", "instances.delete", "images.insert"];
    await Promise.all(
      changes.flatMap((operation) =>
        (["drop", "dropAfter"] as const).map(async (kind) => {
          await using cloud = await startCloud();
          // As many times as one call is tried; the clean-up gets through.
          cloud.faults.inject({ kind, operation, times: 6 });
          const what = `${kind} at ${operation}`;
          await expect(build(cloud, SETTINGS), what).rejects.toMatchObject({
            cause: { code: "NO_ANSWER" },
          });
          expect(leftovers(cloud), what).toEqual([]);
        }),
      ),
    );
  });
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
      const kept = await build(cloud, SETTINGS, { signal: controller.signal }).then(
        () => ["image web-1"],
        (error: unknown) => {
          expect(error, operation).toMatchObject({ code: "CANCELLED" });
          cancelled++;
          return [];
        },
      );
      clearInterval(timer);
      await sleep(40); // what the cloud was still at when the build was cancelled
      expect(leftovers(cloud), `cancelled at call ${index + 1}, ${operation}`).toEqual(kept);
    }
    expect(cancelled).toBeGreaterThan(calls.length / 2);
  });

  it("ends the wait for an operation at once, and then waits to clean up", async () => {
    await using cloud = await startCloud({ operationMs: 150 });
    const controller = new AbortController();
    const timer = setInterval(() => {
      if (cloud.operations().includes("zoneOperations.wait")) controller.abort(new Error("Ctrl-C"));
    }, 1);
    await expect(build(cloud, {}, { signal: controller.signal })).rejects.toMatchObject({
      code: "CANCELLED",
      leftBehind: [],
    });
    clearInterval(timer);
    expect(leftovers(cloud)).toEqual([]);
  });
});

describe("an operation that ends in an error", () => {
  it.each(["instances.insert", "instances.delete", "images.insert", "images.deprecate"])(
    "%s fails the build, and nothing is left",
    async (operation) => {
      await using cloud = await startCloud();
      cloud.failOperation(operation, { code: "ZONE_RESOURCE_POOL_EXHAUSTED", message: "No more" });
      const error = await build(cloud, SETTINGS).catch((thrown: unknown) => thrown as StepsError);
      expect(error).toMatchObject({
        cause: {
          code: "OPERATION_FAILED",
          reason: "ZONE_RESOURCE_POOL_EXHAUSTED",
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          message: expect.stringMatching(
            /No more \(ZONE_RESOURCE_POOL_EXHAUSTED\); the operation is operation-\S+, request [0-9a-f-]{36}$/,
          ),
        },
      });
      expect(leftovers(cloud)).toEqual([]);
    },
  );

  it("disks.delete is tried again, so that nothing is left of a build that succeeded", async () => {
    await using cloud = await startCloud();
    cloud.failOperation("disks.delete", { code: "INTERNAL_ERROR", message: "Try again" });
    await build(cloud, SETTINGS);
    expect(leftovers(cloud)).toEqual(["image web-1"]);
  });

  it("is a quota where its code says so", async () => {
    await using cloud = await startCloud();
    cloud.failOperation("images.insert", {
      code: "QUOTA_EXCEEDED",
      message: "Quota 'IMAGES' exceeded",
    });
    await expect(build(cloud)).rejects.toMatchObject({
      cause: { code: "QUOTA_EXCEEDED", reason: "QUOTA_EXCEEDED" },
    });
    expect(leftovers(cloud)).toEqual([]);
  });
});

describe.concurrent("what cannot be removed", () => {
  it("is listed by name", async () => {
    await using cloud = await startCloud();
    cloud.faults.inject({ kind: "error", operation: "images.insert" });
    cloud.faults.inject({
      kind: "error",
      operation: "disks.delete",
      times: Number.POSITIVE_INFINITY,
    });
    const error = await build(cloud, SETTINGS).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ leftBehind: ["disk builder-1"] });
    expect(leftovers(cloud)).toEqual(["disk builder-1"]);
  });

  it("is an error of destroy() that names the image", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud);
    cloud.faults.inject({ kind: "error", operation: "images.delete" });
    await expect(artifact.destroy()).rejects.toThrow("deleting the image web-1 failed");
  });

  it("destroy() of an image that is gone is harmless", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud);
    await artifact.destroy();
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual([]);
  });
});

describe.concurrent("a cloud that cannot do what is asked", () => {
  it("a quota that is used up mid-build is told with the cloud's code and the request's id", async () => {
    await using cloud = await startCloud({ limits: { images: 0 } });
    await expect(build(cloud)).rejects.toMatchObject({
      cause: {
        code: "QUOTA_EXCEEDED",
        status: 403,
        reason: "quotaExceeded",
        message: expect.stringMatching(
          /Quota 'IMAGES' exceeded.*\(HTTP 403, quotaExceeded, request [0-9a-f-]{36}\); free some/,
        ),
      },
    });
    expect(leftovers(cloud)).toEqual([]);
  });

  it("a token that expires mid-build is told, with what is left of the build", async () => {
    await using cloud = await startCloud();
    const provisioners = [async () => cloud.expireTokens()];
    const error = await build(cloud, SETTINGS, { provisioners }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      cause: { code: "UNAUTHENTICATED", status: 401, reason: "ACCESS_TOKEN_EXPIRED" },
      message: expect.stringContaining("get a new token for access_token"),
      leftBehind: ["instance builder-1", "disk builder-1"],
    });
    expect(inspect(error, { depth: 20 })).not.toContain(cloud.token);
  });

  it("an instance that does not get ready in time is given up", async () => {
    await using cloud = await startCloud({ operationMs: 400 });
    await expect(build(cloud, { state_timeout: "50ms" })).rejects.toMatchObject({
      cause: { code: "TIMED_OUT" },
      message: expect.stringContaining("took longer than 50ms; raise state_timeout"),
    });
    expect(leftovers(cloud)).toEqual([]);
  });

  it("a cloud that does not answer is told within seconds", async () => {
    await using cloud = await startCloud();
    const nowhere = { custom_endpoints: { compute: "http://127.0.0.1:1/compute/v1/" } };
    await expect(build(cloud, nowhere)).rejects.toMatchObject({
      cause: {
        code: "NO_ANSWER",
        message: expect.stringMatching(
          /^looking for .* failed: request to \S+ failed, reason: .*ECONNREFUSED.*; check the network, and custom_endpoints/,
        ),
      },
    });
  });
});

describe("bad input", () => {
  it.each([
    ["an unknown zone", { zone: "us-central1-x" }, "check zone and project_id"],
    ["an unknown machine type", { machine_type: "e9-mega" }, "check machine_type"],
    [
      "a family with no image",
      { source_image_family: "debian-1" },
      "there is no image in the family debian-1 in debian-cloud; check source_image_family and source_image_project_id",
    ],
    [
      "a family whose images are all deprecated",
      { source_image_family: "old" },
      "there is no image in the family old",
    ],
    [
      "an unknown source image",
      { source_image: "none", source_image_project_id: [] },
      "there is no image none in packerkit-test, almalinux-cloud,",
    ],
    [
      "a source image that cannot boot with Secure Boot",
      { source_image: "plain", enable_secure_boot: true },
      "the image plain cannot boot with Secure Boot",
    ],
    ["a project of another's", { project_id: "debian-cloud" }, "check project_id"],
    ["a refused token", { access_token: "wrong" }, "get a new token for access_token"],
  ])("%s is one clear error, and nothing is asked for", async (_, more, message) => {
    const images = [
      { project: "debian-cloud", name: "debian-12-a", family: "debian-12" },
      { project: "debian-cloud", name: "old-1", family: "old", isDeprecated: true },
      { project: "debian-cloud", name: "plain", guestOsFeatures: [] },
    ];
    await using cloud = await startCloud({ images });
    await expect(build(cloud, more)).rejects.toThrow(message);
    expect(cloud.operations().filter((name) => /insert|delete/.test(name))).toEqual([]);
  });

  it.each([
    ["image_name", "image web-1", {}],
    ["instance_name", "instance builder-1", { instance_name: "builder-1" }],
    ["disk_name", "disk disk-1", { disk_name: "disk-1" }],
  ])("a %s that is taken is told, and what has it stays", async (setting, kept, more) => {
    await using cloud = await startCloud();
    if (setting === "image_name") await build(cloud);
    else await expect(buildAndLeave(cloud)).rejects.toThrow();
    const before = leftovers(cloud);
    expect(before).toContain(kept);
    await expect(build(cloud, more)).rejects.toThrow(`choose another ${setting}`);
    expect(leftovers(cloud)).toEqual(before);
  });

  it("a name that is taken at the last moment is not mistaken for the build's own", async () => {
    await using cloud = await startCloud();
    const provisioners = [async () => void (await build(cloud))];
    await expect(build(cloud, {}, { provisioners })).rejects.toMatchObject({
      cause: { code: "ALREADY_EXISTS", status: 409 },
    });
    expect(leftovers(cloud)).toEqual(["image web-1"]);
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

/** A build that fails and leaves the instance builder-1 and the disk disk-1. */
async function buildAndLeave(cloud: Awaited<ReturnType<typeof startCloud>>): Promise<void> {
  const provisioners = [
    async () => {
      throw new Error("leave it all");
    },
  ];
  const more = { instance_name: "builder-1", disk_name: "disk-1" };
  await build(cloud, more, { provisioners, packer: { onError: "abort" } });
}
