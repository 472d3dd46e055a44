import { describe, expect, it } from "vitest";
import { type GoogleComputeStandIn, startGoogleCompute } from "../src/index.ts";

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  body: any;
}

/** Asks the API as any client would; the path follows the project. */
async function ask(
  cloud: GoogleComputeStandIn,
  endpoint: string,
  body?: object,
  headers: Record<string, string> = { authorization: `Bearer ${cloud.token}` },
): Promise<Answer> {
  const [method = "GET", path = ""] = endpoint.split(" ");
  const url = `${cloud.endpoints.compute}projects/${cloud.project}${path}`;
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url, { method, headers, ...init });
  return { status: response.status, body: await response.json() };
}

const ZONE = "/zones/us-central1-a";
const SOURCE = "projects/debian-cloud/global/images/family/debian-12";

const instance = (name: string, more: object = {}) => ({
  name,
  machineType: "zones/us-central1-a/machineTypes/e2-micro",
  disks: [{ boot: true, autoDelete: false, initializeParams: { sourceImage: SOURCE } }],
  networkInterfaces: [{ network: "global/networks/default", accessConfigs: [{}] }],
  ...more,
});

/** Begins something and waits until it has ended. */
async function done(cloud: GoogleComputeStandIn, endpoint: string, body?: object): Promise<Answer> {
  const begun = await ask(cloud, endpoint, body);
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  const scope = begun.body.zone === undefined ? "/global" : ZONE;
  return await ask(cloud, `POST ${scope}/operations/${begun.body.name}/wait`);
}

describe("the Compute Engine stand-in", () => {
  it("makes an instance, an image of its disk, and removes them", async () => {
    await using cloud = await startGoogleCompute({ operationMs: 1 });
    await done(cloud, `POST ${ZONE}/instances`, instance("vm-1"));
    const running = await ask(cloud, `GET ${ZONE}/instances/vm-1`);
    expect(running.body).toMatchObject({ status: "RUNNING", name: "vm-1" });
    await done(cloud, `DELETE ${ZONE}/instances/vm-1`);
    expect(cloud.snapshot()).toMatchObject({ instances: [], disks: [{ name: "vm-1", users: [] }] });
    const sourceDisk = "zones/us-central1-a/disks/vm-1";
    await done(cloud, "POST /global/images", { name: "web-1", sourceDisk, family: "web" });
    const image = await ask(cloud, "GET /global/images/family/web");
    expect(image.body).toMatchObject({ name: "web-1", status: "READY", diskSizeGb: "10" });
    await done(cloud, "DELETE /global/images/web-1");
    await done(cloud, `DELETE ${ZONE}/disks/vm-1`);
    expect(cloud.snapshot()).toEqual({ images: [], instances: [], disks: [], objects: [] });
  });

  it("answers a repeated request id with the operation that it began", async () => {
    await using cloud = await startGoogleCompute();
    const path = `POST ${ZONE}/instances?requestId=3f0c6a52-7f0e-4f38-9d7b-0d6a3c3a1f10`;
    const first = await ask(cloud, path, instance("vm-1"));
    const second = await ask(cloud, path, instance("vm-1"));
    expect(second.body.name).toBe(first.body.name);
    const other = await ask(cloud, `POST ${ZONE}/instances`, instance("vm-1"));
    expect(other).toMatchObject({
      status: 409,
      body: { error: { code: 409, errors: [{ reason: "alreadyExists" }] } },
    });
  });

  it("refuses to delete what is not ready, and disks and images what is in use", async () => {
    await using cloud = await startGoogleCompute({ operationMs: 60 });
    await ask(cloud, `POST ${ZONE}/instances`, instance("vm-1"));
    const early = await ask(cloud, `DELETE ${ZONE}/instances/vm-1`);
    expect(early.body.error.errors[0].reason).toBe("resourceNotReady");
    await new Promise((resolve) => setTimeout(resolve, 80));
    for (const [endpoint, body] of [
      [`DELETE ${ZONE}/disks/vm-1`, undefined],
      ["POST /global/images", { name: "web-1", sourceDisk: "zones/us-central1-a/disks/vm-1" }],
    ] as const) {
      const { status, body: refusal } = await ask(cloud, endpoint, body);
      expect(status).toBe(400);
      expect(refusal.error.errors[0].reason).toBe("resourceInUseByAnotherResource");
    }
  });

  it("ends an operation in the error that was planned, and nothing of it stays", async () => {
    await using cloud = await startGoogleCompute({ operationMs: 1 });
    cloud.failOperation("instances.insert", { code: "QUOTA_EXCEEDED", message: "No more" });
    const { body } = await done(cloud, `POST ${ZONE}/instances`, instance("vm-1"));
    expect(body).toMatchObject({
      status: "DONE",
      error: { errors: [{ code: "QUOTA_EXCEEDED", message: "No more" }] },
    });
    expect(cloud.snapshot()).toMatchObject({ instances: [], disks: [] });
  });

  it("runs a start-up script and tells how it ended", async () => {
    await using cloud = await startGoogleCompute({ operationMs: 1, scriptMs: 1 });
    const items = [
      { key: "startup-script", value: "echo it broke; exit 3" },
      { key: "startup-script-status", value: "notdone" },
    ];
    await done(cloud, `POST ${ZONE}/instances`, instance("vm-1", { metadata: { items } }));
    await new Promise((resolve) => setTimeout(resolve, 10));
    const { body } = await ask(cloud, `GET ${ZONE}/instances/vm-1`);
    expect(body.metadata.items[1]).toEqual({ key: "startup-script-status", value: "error" });
    const serial = await ask(cloud, `GET ${ZONE}/instances/vm-1/serialPort`);
    expect(serial.body.contents).toContain("it broke");
  });

  it.each([
    ["no token", {}, "CREDENTIALS_MISSING"],
    ["another token", { authorization: "Bearer x" }, "CREDENTIALS_MISSING"],
  ])("refuses %s", async (_, headers, reason) => {
    await using cloud = await startGoogleCompute();
    const { status, body } = await ask(cloud, "GET ", undefined, headers);
    expect(status).toBe(401);
    expect(body.error.details[0].reason).toBe(reason);
  });

  it("refuses tokens that have expired", async () => {
    await using cloud = await startGoogleCompute();
    cloud.expireTokens();
    const { body } = await ask(cloud, "GET ");
    expect(body.error.details[0].reason).toBe("ACCESS_TOKEN_EXPIRED");
  });

  it.each([
    ["an unknown zone", "POST /zones/nowhere/instances", instance("vm-1"), 404],
    ["a name", `POST ${ZONE}/instances`, instance("No_Good"), 400],
    ["no disk", `POST ${ZONE}/instances`, instance("vm-1", { disks: [] }), 400],
    [
      "an unknown network",
      `POST ${ZONE}/instances`,
      instance("vm-1", { networkInterfaces: [{ network: "global/networks/x" }] }),
      404,
    ],
    ["an image of nothing", "POST /global/images", { name: "web-1" }, 400],
    ["a request id", `POST ${ZONE}/instances?requestId=1`, instance("vm-1"), 400],
  ])("refuses %s", async (_, endpoint, body, status) => {
    await using cloud = await startGoogleCompute();
    expect(await ask(cloud, endpoint, body)).toMatchObject({
      status,
      body: { error: { code: status } },
    });
    expect(cloud.snapshot().instances).toEqual([]);
  });
});

describe("its Cloud Storage", () => {
  const upload = (cloud: GoogleComputeStandIn, query: string, init: RequestInit) =>
    fetch(`${cloud.url}/upload/storage/v1/b/packerkit-bucket/o?${query}`, {
      method: "POST",
      ...init,
      headers: { authorization: `Bearer ${cloud.token}`, ...init.headers },
    });

  it("takes an upload of two parts", async () => {
    await using cloud = await startGoogleCompute();
    const body =
      '--b\r\nContent-Type: application/json\r\n\r\n{"name":"a"}\r\n--b\r\n\r\nhello\r\n--b--';
    const headers = { "content-type": 'multipart/related; boundary="b"' };
    expect((await upload(cloud, "uploadType=multipart", { body, headers })).status).toBe(200);
    expect(cloud.snapshot().objects).toEqual([{ bucket: "packerkit-bucket", name: "a", bytes: 5 }]);
  });

  it("takes an upload in pieces, and tells how far it has got", async () => {
    await using cloud = await startGoogleCompute();
    const begun = await upload(cloud, "uploadType=resumable&name=a", {});
    const session = begun.headers.get("location") ?? "";
    const put = (body: string, range: string) =>
      fetch(session, {
        method: "PUT",
        body,
        headers: { "content-range": range },
        redirect: "manual",
      });
    expect((await put("hel", "bytes 0-2/*")).headers.get("range")).toBe("bytes=0-2");
    expect((await put("", "bytes */5")).status).toBe(308);
    expect((await put("lo", "bytes 3-4/5")).status).toBe(200);
    expect((await put("", "bytes */5")).status).toBe(200);
    expect(cloud.snapshot().objects).toMatchObject([{ name: "a", bytes: 5 }]);
  });

  it("keeps what is there where the upload says so", async () => {
    await using cloud = await startGoogleCompute();
    await upload(cloud, "uploadType=media&name=a", { body: "one" });
    const again = await upload(cloud, "uploadType=resumable&name=a&ifGenerationMatch=0", {});
    expect(again.status).toBe(412);
  });
});
