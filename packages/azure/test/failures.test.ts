import { inspect } from "node:util";
import { StepsError } from "@packerkit/plugin-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { build, GALLERY, leftovers, MANAGED_IMAGE, recordingUi, startCloud, VHD } from "./cloud.ts";

/** All that a build can make, in a group that stays, so that each thing is removed by itself. */
const IN_A_GROUP = {
  ...MANAGED_IMAGE,
  ...GALLERY,
  ...VHD,
  location: undefined,
  build_resource_group_name: "packerkit-images",
  managed_image_os_disk_snapshot_name: "system_1",
  temp_os_disk_name: "system",
};

/** A build in a group of its own. */
const IN_ITS_OWN_GROUP = { ...MANAGED_IMAGE, temp_resource_group_name: "own" };

/** One request of a build. */
interface Call {
  operation: string;
  /** The first is 1. */
  place: number;
}

/** What a whole build asks for, as the cloud counted it: nothing here lists it by hand. */
async function callsOf(settings: object): Promise<Call[]> {
  await using cloud = await startCloud();
  await build(cloud, settings);
  return cloud.requests.map(({ operation }, index) => ({ operation, place: index + 1 }));
}

/** The last call of each operation. */
function lastOfEach(calls: readonly Call[]): Call[] {
  return [...new Map(calls.map((call) => [call.operation, call])).values()];
}

/** Does the same for many things, a few at a time. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Lets a call of each of many builds fail; answers how many builds did, and demands that nothing is left of them. */
async function strike(
  calls: readonly Call[],
  settings: object,
  { kind, kept }: { kind: "error" | "drop" | "dropAfter"; kept: readonly string[] },
): Promise<number> {
  let failed = 0;
  await each(calls, async ({ operation, place }) => {
    await using cloud = await startCloud();
    const refusal = { status: 403, code: "AuthorizationFailed" };
    cloud.faults.inject({ kind, call: place, ...(kind === "error" ? refusal : {}) });
    const what = `${kind} at call ${place}, ${operation}`;
    const expected = await build(cloud, settings).then(
      () => kept,
      (error: unknown) => {
        if (error instanceof StepsError) expect(error.leftBehind, what).toEqual([]);
        else expect(error, what).toMatchObject({ code: "UNKNOWN_CLOUD" });
        failed++;
        return [];
      },
    );
    expect(leftovers(cloud).toSorted(), what).toEqual(expected);
  });
  return failed;
}

/** Cancels each of many builds at a call; answers how many ended so, and demands that nothing is left of them. */
async function cancel(
  calls: readonly Call[],
  settings: object,
  kept: readonly string[],
): Promise<number> {
  let cancelled = 0;
  await each(calls, async ({ operation, place }) => {
    await using cloud = await startCloud();
    const controller = new AbortController();
    cloud.faults.inject({ kind: "delay", call: place, delayMs: 30 });
    const timer = setInterval(() => {
      if (cloud.requests.length >= place) controller.abort(new Error("Ctrl-C"));
    }, 1);
    const what = `cancelled at call ${place}, ${operation}`;
    const expected = await build(cloud, settings, { signal: controller.signal }).then(
      () => kept,
      (error: unknown) => {
        if (error instanceof StepsError) {
          expect(error, what).toMatchObject({ code: "CANCELLED", leftBehind: [] });
        } else expect(String(error), what).toContain("Ctrl-C");
        cancelled++;
        return [];
      },
    );
    clearInterval(timer);
    expect(leftovers(cloud).toSorted(), what).toEqual(expected);
  });
  return cancelled;
}

describe("a build in a group of its own", () => {
  const kept = ["images web-1"];
  let calls: Call[] = [];
  beforeAll(async () => {
    calls = await callsOf(IN_ITS_OWN_GROUP);
    expect(calls.length).toBeGreaterThan(20);
  });

  it("leaves nothing behind where any one call is refused", { timeout: 60_000 }, async () => {
    const failed = await strike(calls, IN_ITS_OWN_GROUP, { kind: "error", kept });
    expect(failed).toBeGreaterThan(calls.length / 2);
  });

  it("leaves nothing behind where the answer to any one operation is lost", {
    timeout: 60_000,
  }, async () => {
    // It is asked again, but for the cloud's description of itself.
    const tried = lastOfEach(calls);
    expect(await strike(tried, IN_ITS_OWN_GROUP, { kind: "dropAfter", kept })).toBe(1);
  });

  it("leaves nothing behind where any one change is not heard", { timeout: 60_000 }, async () => {
    const changes = calls.filter(({ operation }) => /Create|Delete|Deallocate|Gen/.test(operation));
    expect(changes.length).toBeGreaterThan(7);
    expect(await strike(changes, IN_ITS_OWN_GROUP, { kind: "drop", kept })).toBe(0);
  });

  it("leaves nothing where it is cancelled at any one call", { timeout: 60_000 }, async () => {
    const cancelled = await cancel(calls, IN_ITS_OWN_GROUP, kept);
    expect(cancelled).toBeGreaterThan(calls.length / 2);
  });
});

describe("a build of all kinds of images in a group that stays", () => {
  const kept = [
    "images web-1",
    "packerkitstore/images/web-system.vhd",
    "snapshots system_1",
    "versions packerkit_gallery/web/1.0.0",
  ];
  let calls: Call[] = [];
  beforeAll(async () => {
    calls = lastOfEach(await callsOf(IN_A_GROUP));
    expect(calls.length).toBeGreaterThan(25);
  });

  it("leaves nothing behind where any one operation is refused", { timeout: 60_000 }, async () => {
    const failed = await strike(calls, IN_A_GROUP, { kind: "error", kept });
    expect(failed).toBeGreaterThan(calls.length / 3);
  });

  it("leaves nothing where it is cancelled at any one operation", { timeout: 60_000 }, async () => {
    const cancelled = await cancel(calls, IN_A_GROUP, kept);
    expect(cancelled).toBeGreaterThan(calls.length / 3);
  });
});

describe.concurrent("an operation that ends in an error", () => {
  it.each([
    "VirtualMachines_CreateOrUpdate",
    "VirtualMachines_Deallocate",
    "NetworkInterfaces_CreateOrUpdate",
    "Images_CreateOrUpdate",
    "GalleryImageVersions_CreateOrUpdate",
    "Snapshots_CreateOrUpdate",
    "Disks_GrantAccess",
  ])("%s fails the build with the cloud's own code, and nothing is left", async (operation) => {
    await using cloud = await startCloud();
    cloud.failOperation(operation, { code: "AllocationFailed", message: "There is no room." });
    await expect(build(cloud, IN_A_GROUP)).rejects.toMatchObject({
      leftBehind: [],
      cause: {
        code: "OPERATION_FAILED",
        azureCode: "AllocationFailed",
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        message: expect.stringMatching(
          /failed: There is no room\. \(AllocationFailed, request [0-9a-f-]{36}\)$/,
        ),
      },
    });
    expect(leftovers(cloud)).toEqual([]);
  });

  it("ResourceGroups_Delete is tried again, so that nothing is left of a build that succeeded", async () => {
    await using cloud = await startCloud();
    cloud.failOperation("ResourceGroups_Delete", { code: "Conflict", message: "Try again" });
    await build(cloud);
    expect(leftovers(cloud)).toEqual(["images web-1"]);
  });
});

describe.concurrent("what cannot be removed", () => {
  const forever = { kind: "error", status: 403, times: Number.POSITIVE_INFINITY } as const;

  it("is listed by name: a group of the build's own", async () => {
    await using cloud = await startCloud();
    cloud.faults.inject({ ...forever, operation: "ResourceGroups_Delete" });
    cloud.faults.inject({ ...forever, operation: "Images_CreateOrUpdate" });
    await expect(build(cloud, IN_ITS_OWN_GROUP)).rejects.toMatchObject({
      leftBehind: ["resource group own"],
    });
  });

  it("is listed by name: each thing in a group that stays", async () => {
    await using cloud = await startCloud();
    cloud.faults.inject({ ...forever, operation: "VirtualMachines_Delete" });
    cloud.faults.inject({ ...forever, operation: "Images_CreateOrUpdate" });
    const error = await build(cloud, { ...IN_A_GROUP, temp_compute_name: "builder" }).catch(
      (thrown: unknown) => thrown,
    );
    const { leftBehind } = error as StepsError;
    expect(leftBehind).toEqual(expect.arrayContaining(["virtualMachines builder", "disks system"]));
    // A subnet goes with its network.
    const left = leftovers(cloud).filter((name) => !name.startsWith("subnets "));
    expect(leftBehind).toEqual(expect.arrayContaining(left));
  });

  it("is listed by name: a blob that cannot be kept from being copied to", async () => {
    await using cloud = await startCloud({ operationMs: 30 });
    const controller = new AbortController();
    // The first begins to copy, the others are to end it.
    cloud.faults.inject({ ...forever, operation: "Blob_Put", skip: 1 });
    const timer = setInterval(() => {
      if (cloud.operations().includes("Blob_Put")) controller.abort(new Error("Ctrl-C"));
    }, 1);
    const { ui, errors } = recordingUi();
    const error = await build(cloud, IN_A_GROUP, { signal: controller.signal, ui }).catch(
      (thrown: unknown) => thrown,
    );
    clearInterval(timer);
    const [blob] = cloud.snapshot().blobs;
    expect(leftovers(cloud)).toEqual([blob]);
    expect(error).toMatchObject({
      code: "CANCELLED",
      leftBehind: [expect.stringMatching(/^blob https:.*\/images\/web-system\.vhd$/)],
    });
    expect(errors.join("\n")).toMatch(/ending the copy to https:\S+\.vhd failed: .*HTTP 403/);
  });
});

describe.concurrent("a cloud that cannot do what is asked", () => {
  it("a quota that is used up mid-build is told with the cloud's code and the request's id", async () => {
    await using cloud = await startCloud({ limits: { "Microsoft.Compute/virtualMachines": 0 } });
    await expect(build(cloud)).rejects.toMatchObject({
      cause: {
        code: "QUOTA_EXCEEDED",
        status: 409,
        azureCode: "OperationNotAllowed",
        message: expect.stringMatching(
          /exceeding approved .* quota.*\(HTTP 409, OperationNotAllowed, request [0-9a-f-]{36}\); free some/,
        ),
      },
    });
    expect(leftovers(cloud)).toEqual([]);
  });

  it("a token that expires mid-build is told, with what is left of the build", async () => {
    await using cloud = await startCloud();
    const provisioners = [async () => cloud.expireTokens()];
    const error = await build(cloud, IN_ITS_OWN_GROUP, { provisioners }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      cause: { code: "UNAUTHENTICATED", status: 401, azureCode: "ExpiredAuthenticationToken" },
      message: expect.stringContaining("sign in again"),
      leftBehind: ["resource group own"],
    });
    const shown = inspect(error, { depth: 20 });
    expect(shown).not.toContain(cloud.clientSecret);
    expect(shown).not.toMatch(/Bearer ey/);
  });

  it("a secret that is refused is told with the directory's own code, and never shown", async () => {
    await using cloud = await startCloud();
    const secret = "a-secret-that-must-not-show";
    const error = await build(cloud, { ...MANAGED_IMAGE, client_secret: secret }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      cause: { code: "UNAUTHENTICATED", azureCode: "AADSTS7000215" },
      message: expect.stringContaining("check client_id, client_secret and tenant_id"),
    });
    expect(inspect(error, { depth: 20 })).not.toContain(secret);
    expect(leftovers(cloud)).toEqual([]);
  });

  it("what takes too long is given up", async () => {
    await using cloud = await startCloud({ operationMs: 300 });
    await expect(
      build(cloud, { ...MANAGED_IMAGE, polling_duration_timeout: "40ms" }),
    ).rejects.toMatchObject({
      cause: { code: "TIMED_OUT" },
      message: expect.stringContaining("took longer than 40ms; raise polling_duration_timeout"),
    });
    expect(leftovers(cloud)).toEqual([]);
  });

  it("a host that describes no cloud is told", async () => {
    await using cloud = await startCloud();
    const nowhere = { ...MANAGED_IMAGE, metadata_host: "127.0.0.1:1" };
    await expect(build(cloud, nowhere)).rejects.toMatchObject({
      code: "UNKNOWN_CLOUD",
      message: expect.stringMatching(/does not describe a cloud: .*; check metadata_host/),
    });
  });
});
