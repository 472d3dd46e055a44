import { existsSync, statSync } from "node:fs";
import { Agent, request } from "node:http";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HappyCloudStandIn, startHappyCloud } from "../src/index.ts";
import { call } from "./happy-cloud-client.ts";

let cloud: HappyCloudStandIn;

beforeEach(async () => {
  cloud = await startHappyCloud();
});
afterEach(() => cloud.close());

describe("listening", () => {
  it("says which port is taken and what to do", async () => {
    const port = Number(new URL(cloud.url).port);
    await expect(startHappyCloud({ port })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: `happy-cloud cannot listen on 127.0.0.1:${port}: another program does; choose another port, or 0 for any free one`,
      cause: { code: "EADDRINUSE" },
    });
    await expect(startHappyCloud({ port: 70_000 })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });

  it("listens on a socket in a private folder, and removes both", async () => {
    const local = await startHappyCloud({ unixSocket: true });
    const path = local.socketPath as string;
    expect(local.url).toBe(`unix://${path}`);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    const status = await new Promise((resolve, reject) => {
      request({ socketPath: path, path: "/v1/regions" }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(401);
    await local.close();
    await local.close();
    expect(existsSync(dirname(path))).toBe(false);
  });

  it("keeps the connection of a request that it refuses, unless a body was left unread", async () => {
    const agent = new Agent({ keepAlive: true });
    const connectionAfter = (method: string, body: string) =>
      new Promise((resolve, reject) => {
        request(`${cloud.url}/nowhere`, { agent, method }, (response) => {
          response.resume().once("end", () => resolve(response.headers.connection));
        })
          .on("error", reject)
          .end(body);
      });
    expect(await connectionAfter("GET", "")).toBe("keep-alive");
    expect(await connectionAfter("DELETE", "")).toBe("keep-alive");
    expect(await connectionAfter("POST", "{}")).toBe("close");
    agent.destroy();
  });

  it("stops answering once it is disposed of", async () => {
    let url: string;
    {
      await using shortLived = await startHappyCloud();
      url = shortLived.url;
    }
    await expect(fetch(url)).rejects.toThrow();
  });

  it("refuses a seed image of an unknown region", async () => {
    const images = [{ id: "img-1", name: "a", region: "moon" }];
    await expect(startHappyCloud({ images })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });
});

describe("the request log", () => {
  it("names operations and statuses, and holds no secret", async () => {
    await call(cloud, "GET /regions");
    await call(cloud, "GET /images/img-none?secret=hush");
    await call(cloud, "GET /nowhere");
    expect(cloud.requests).toEqual([
      { call: 1, method: "GET", path: "/v1/regions", operation: "ListRegions", status: 200 },
      { call: 2, method: "GET", path: "/v1/images/img-none", operation: "GetImage", status: 404 },
      { call: 3, method: "GET", path: "/v1/nowhere", operation: "Unknown", status: 404 },
    ]);
    expect(cloud.operations()).toEqual(["ListRegions", "GetImage", "Unknown"]);
    expect(JSON.stringify(cloud.requests)).not.toMatch(new RegExp(`hush|${cloud.token}`));
  });
});

describe("faults", () => {
  it("answer errors in the provider's shape, as often as asked", async () => {
    const fault = cloud.faults.inject({
      operation: "ListRegions",
      kind: "error",
      skip: 1,
      times: 2,
      status: 503,
      code: "overloaded",
      message: "come back later",
    });
    const statuses: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { status, body } = await call(cloud, "GET /regions");
      statuses.push(status);
      if (status === 503) {
        expect(body).toEqual({ error: { code: "overloaded", message: "come back later" } });
      }
      await call(cloud, "GET /images");
    }
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect(fault.hits).toBe(2);
    expect(cloud.requests.map((record) => record.fault).filter(Boolean)).toEqual([
      "error",
      "error",
    ]);
  });

  it("strike the n-th request of any operation", async () => {
    const fault = cloud.faults.inject({ call: 3, kind: "error" });
    const statuses = [];
    for (const endpoint of ["GET /regions", "GET /images", "GET /instances", "GET /regions"]) {
      statuses.push((await call(cloud, endpoint)).status);
    }
    expect(statuses).toEqual([200, 200, 500, 200]);
    expect(fault.hits).toBe(1);
  });

  it("drop before anything is done, and after", async () => {
    const instance = { region: "sunny-east", image_id: "img-happylinux1east" };
    cloud.faults.inject({ operation: "CreateInstance", kind: "drop" });
    await expect(call(cloud, "POST /instances", instance)).rejects.toThrow("fetch failed");
    expect(cloud.snapshot().instances).toHaveLength(0);
    cloud.faults.inject({ operation: "CreateInstance", kind: "dropAfter" });
    await expect(call(cloud, "POST /instances", instance)).rejects.toThrow("fetch failed");
    expect(cloud.snapshot().instances).toHaveLength(1);
    expect(cloud.requests.map(({ fault, status }) => [fault, status])).toEqual([
      ["drop", undefined],
      ["dropAfter", undefined],
    ]);
  });

  it("delay, then answer", async () => {
    cloud.faults.inject({ kind: "delay", delayMs: 60 });
    const start = performance.now();
    expect((await call(cloud, "GET /regions")).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(55);
  });

  it("go away when they are removed", async () => {
    const fault = cloud.faults.inject({ kind: "error", times: Number.POSITIVE_INFINITY });
    expect((await call(cloud, "GET /regions")).status).toBe(500);
    fault.remove();
    expect((await call(cloud, "GET /regions")).status).toBe(200);
    cloud.faults.inject({ kind: "error" });
    cloud.faults.clear();
    expect((await call(cloud, "GET /regions")).status).toBe(200);
  });

  it.each([
    [{ kind: "explode" as "error" }],
    [{ kind: "error" as const, times: 0 }],
    [{ kind: "error" as const, call: 1.5 }],
    [{ kind: "error" as const, call: 1, skip: 1 }],
    [{ kind: "error" as const, status: 200 }],
  ])("of a wrong form are refused: %j", (fault) => {
    expect(() => cloud.faults.inject(fault)).toThrow(
      expect.objectContaining({ name: "CloudSimError", code: "BAD_OPTION" }),
    );
  });
});
