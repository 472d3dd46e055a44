import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type { GoogleComputeStandIn } from "@packerkit/cloud-sim";
import { describe, expect, it } from "vitest";
import type { Credentials } from "../src/authentication.ts";
import { ComputeClient } from "../src/client.ts";
import { startCloud } from "./cloud.ts";

const KEY = "a-private-key-that-must-not-show";

async function connect(
  cloud: GoogleComputeStandIn,
  credentials: Credentials = { kind: "token", token: cloud.token },
): Promise<ComputeClient> {
  const { hostname, port } = new URL(cloud.url);
  const endpoint = { protocol: "http", host: hostname, port: Number(port) } as const;
  return await ComputeClient.connect({ credentials, endpoint });
}

describe("calls", () => {
  it("that get no answer are made again, those that change something with the same request id", async () => {
    await using cloud = await startCloud();
    const client = await connect(cloud);
    cloud.faults.inject({ kind: "dropAfter", operation: "images.insert", times: 2 });
    const rawDisk = { source: "https://storage.googleapis.com/packerkit-bucket/disk.tar.gz" };
    await fetch(`${cloud.url}/upload/storage/v1/b/packerkit-bucket/o?name=disk.tar.gz`, {
      method: "POST",
      headers: { authorization: `Bearer ${cloud.token}` },
      body: "a disk",
    });
    // Without the id, the second try would find the name taken by the first.
    await client.wait(await client.createImage(cloud.project, { name: "web-1", rawDisk }));
    expect(cloud.snapshot().images).toHaveLength(1);
    expect(cloud.requests.filter(({ operation }) => operation === "images.insert")).toHaveLength(3);
  });

  it("that are refused are not made again, and the error says who and why", async () => {
    await using cloud = await startCloud();
    const client = await connect(cloud);
    const failure = client.createImage("debian-cloud", { name: "web-1" });
    await expect(failure).rejects.toMatchObject({
      code: "FORBIDDEN",
      status: 403,
      reason: "forbidden",
      message: expect.stringMatching(
        /^creating the image web-1 failed: Required 'compute.images.create' permission for 'projects\/debian-cloud\/global\/images\/web-1' \(HTTP 403, forbidden, request [0-9a-f-]{36}\); check project_id/,
      ),
    });
    expect(cloud.requests).toHaveLength(1);
  });

  it("end where they are cancelled, with the reason", async () => {
    await using cloud = await startCloud();
    const client = await connect(cloud);
    cloud.faults.inject({ kind: "delay", operation: "zones.get", delayMs: 5000 });
    const reason = new Error("Ctrl-C");
    const signal = AbortSignal.abort(reason);
    await expect(client.getZone(cloud.project, "us-central1-a", signal)).rejects.toBe(reason);
    const controller = new AbortController();
    const running = client.getZone(cloud.project, "us-central1-a", controller.signal);
    setTimeout(() => controller.abort(reason), 20);
    await expect(running).rejects.toBe(reason);
  });

  it("repeat the cloud's words without control characters", async () => {
    await using cloud = await startCloud();
    const client = await connect(cloud);
    cloud.faults.inject({
      kind: "error",
      operation: "zones.get",
      status: 502,
      message: "\u0007<html>",
    });
    await expect(client.getZone(cloud.project, "us-central1-a")).rejects.toMatchObject({
      code: "REFUSED",
      status: 502,
      message: expect.stringContaining("failed: <html> (HTTP 502"),
    });
  });
});

describe("waiting", () => {
  it("asks the cloud to hold the call, and reports how far the operation is", async () => {
    await using cloud = await startCloud({ operationMs: 100, longestWaitMs: 30 });
    const client = await connect(cloud);
    await fetch(`${cloud.url}/upload/storage/v1/b/packerkit-bucket/o?name=d.tar.gz`, {
      method: "POST",
      headers: { authorization: `Bearer ${cloud.token}` },
      body: "a disk",
    });
    const rawDisk = { source: "https://storage.googleapis.com/packerkit-bucket/d.tar.gz" };
    const operation = await client.createImage(cloud.project, { name: "web-1", rawDisk });
    const seen: number[] = [];
    await client.wait(operation, { onProgress: (percent) => seen.push(percent) });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(seen.toSorted((left, right) => left - right));
    const asked = new Set(cloud.requests.map((request) => request.operation));
    expect(asked).toContain("globalOperations.wait");
    expect(asked).not.toContain("globalOperations.get");
  });
});

describe("credentials", () => {
  it.each([
    [
      "of no known kind",
      { type: "nonsense" },
      "does not contain a client_email field: set access_token, credentials_file",
    ],
    [
      "of another universe",
      {
        type: "service_account",
        client_email: "builder@p.iam.gserviceaccount.com",
        private_key: KEY,
        universe_domain: "elsewhere.example",
      },
      'the credentials are of elsewhere.example, not of googleapis.com; set universe_domain = "elsewhere.example"',
    ],
  ])("%s are told before anything is asked", async (_, content, message) => {
    await using cloud = await startCloud();
    const error = await connect(cloud, { kind: "json", content }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: "BAD_CREDENTIALS",
      message: expect.stringContaining(message),
    });
    expect(inspect(error, { depth: 20 })).not.toContain(KEY);
    expect(cloud.requests).toEqual([]);
  });

  it("that the environment names are found", async () => {
    await using cloud = await startCloud();
    const folder = await mkdtemp(join(tmpdir(), "packerkit-gce-"));
    const file = join(folder, "key.json");
    const user = { client_id: "id", client_secret: "s", refresh_token: "r" };
    await writeFile(file, JSON.stringify({ type: "authorized_user", ...user }));
    const before = process.env["GOOGLE_APPLICATION_CREDENTIALS"];
    process.env["GOOGLE_APPLICATION_CREDENTIALS"] = file;
    try {
      await expect(connect(cloud, { kind: "default" })).resolves.toBeInstanceOf(ComputeClient);
      process.env["GOOGLE_APPLICATION_CREDENTIALS"] = join(folder, "none.json");
      await expect(connect(cloud, { kind: "default" })).rejects.toMatchObject({
        code: "BAD_CREDENTIALS",
        message: expect.stringContaining("none.json"),
      });
    } finally {
      if (before === undefined) delete process.env["GOOGLE_APPLICATION_CREDENTIALS"];
      else process.env["GOOGLE_APPLICATION_CREDENTIALS"] = before;
      await rm(folder, { recursive: true });
    }
  });
});
