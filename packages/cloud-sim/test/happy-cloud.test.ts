import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HappyCloudStandIn, startHappyCloud } from "../src/index.ts";
import { call, startInstance, waitFor } from "./happy-cloud-client.ts";

const EAST = "img-happylinux1east";
let cloud: HappyCloudStandIn;

beforeEach(async () => {
  cloud = await startHappyCloud();
});
afterEach(() => cloud.close());

describe("regions and images", () => {
  it("lists the regions and the seeded images", async () => {
    const regions = await call(cloud, "GET /regions");
    expect(regions.body.regions.map((region: { id: string }) => region.id)).toEqual([
      "sunny-east",
      "sunny-west",
    ]);
    const images = await call(cloud, "GET /images?name=happy-linux-1&region=sunny-west");
    expect(images.body.images).toMatchObject([
      { id: "img-happylinux1west", region: "sunny-west", source_image_id: null, labels: {} },
    ]);
  });

  it.each([
    ["GET /regions/nowhere", "region_not_found"],
    ["GET /images/img-none", "image_not_found"],
    ["DELETE /images/img-none", "image_not_found"],
    ["GET /instances/ins-none", "instance_not_found"],
    ["DELETE /instances/ins-none", "instance_not_found"],
    ["GET /planets", "route_not_found"],
  ])("answers %s with 404 %s", async (endpoint, code) => {
    const answer = await call(cloud, endpoint);
    expect(answer.status).toBe(404);
    expect(answer.body.error.code).toBe(code);
    expect(answer.headers.get("happy-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(["Bearer wrong", "", "Basic abc"])(
    "refuses the credentials %j",
    async (authorization) => {
      const answer = await call(cloud, "GET /regions", undefined, { authorization });
      expect(answer.status).toBe(401);
      expect(answer.body.error.code).toBe("unauthorized");
    },
  );
});

describe("an image's way", () => {
  it("hands what a provisioner wrote down to the child image", async () => {
    const id = await startInstance(cloud, EAST);
    const script = '#!/bin/sh -e\necho "$GREETING from $(hostname)" > /etc/motd\n';
    await call(cloud, `PUT /instances/${id}/files?path=/tmp/script_1.sh`, script);
    const run = await call(cloud, `POST /instances/${id}/exec`, {
      command: "chmod 0755 /tmp/script_1.sh; GREETING='good day' /tmp/script_1.sh",
    });
    expect(run.body).toEqual({ exit_status: 0, stdout: "", stderr: "" });
    await call(cloud, `POST /instances/${id}/stop`);
    await waitFor(cloud, id, "stopped");
    const image = await call(cloud, "POST /images", {
      name: "child",
      instance_id: id,
      labels: { team: "blue" },
    });
    expect(image.status).toBe(201);
    expect(image.body).toMatchObject({
      id: expect.stringMatching(/^img-/),
      name: "child",
      region: "sunny-east",
      source_image_id: EAST,
      labels: { team: "blue" },
    });
    expect((await call(cloud, `DELETE /instances/${id}`)).status).toBe(204);

    const child = await startInstance(cloud, image.body.id);
    const motd = await call(cloud, `GET /instances/${child}/files?path=/etc/motd`);
    expect(motd.body).toBe(`good day from ${id}\n`);
    await call(cloud, `DELETE /instances/${child}`);
    await call(cloud, `DELETE /images/${image.body.id}`);
    expect(cloud.snapshot().instances).toEqual([]);
    expect(cloud.snapshot().images.map((left) => left.id)).not.toContain(image.body.id);
  });

  it("keeps the parent as it was when a child is changed", async () => {
    const first = await startInstance(cloud, EAST);
    await call(cloud, `POST /instances/${first}/exec`, { command: "echo x > /etc/os-release" });
    const second = await startInstance(cloud, EAST);
    const file = await call(cloud, `GET /instances/${second}/files?path=/etc/os-release`);
    expect(file.body).toContain("Happy Linux 1");
  });

  it("refuses a name that is taken in the region, and an instance that still runs", async () => {
    const id = await startInstance(cloud, EAST);
    const early = await call(cloud, "POST /images", { name: "n", instance_id: id });
    expect([early.status, early.body.error.code]).toEqual([409, "instance_not_stopped"]);
    await call(cloud, `POST /instances/${id}/stop`);
    await waitFor(cloud, id, "stopped");
    const taken = await call(cloud, "POST /images", { name: "happy-linux-1", instance_id: id });
    expect([taken.status, taken.body.error.code]).toEqual([409, "image_name_taken"]);
  });

  it("passes through starting and stopping", async () => {
    const slow = await startHappyCloud({ transitionMs: 60_000 });
    const created = await call(slow, "POST /instances", { region: "sunny-east", image_id: EAST });
    expect(created.body.status).toBe("starting");
    const exec = await call(slow, `POST /instances/${created.body.id}/exec`, { command: "true" });
    expect([exec.status, exec.body.error.code]).toEqual([409, "instance_not_running"]);
    const stopping = await call(slow, `POST /instances/${created.body.id}/stop`);
    expect(stopping.body.status).toBe("stopping");
    await slow.close();
  });
});

describe("client tokens", () => {
  it("make a repeated creation answer what was made before", async () => {
    const request = { region: "sunny-east", image_id: EAST, client_token: "build-1" };
    const first = await call(cloud, "POST /instances", request);
    const again = await call(cloud, "POST /instances", request);
    expect(again.body.id).toBe(first.body.id);
    const found = await call(cloud, "GET /instances?client_token=build-1");
    expect(found.body.instances.map((instance: { id: string }) => instance.id)).toEqual([
      first.body.id,
    ]);
    const misused = await call(cloud, "POST /instances", {
      ...request,
      region: "sunny-west",
      image_id: "img-happylinux1west",
    });
    expect([misused.status, misused.body.error.code]).toEqual([409, "client_token_reused"]);
  });

  it("find an image whose answer was lost", async () => {
    const id = await startInstance(cloud, EAST);
    await call(cloud, `POST /instances/${id}/stop`);
    await waitFor(cloud, id, "stopped");
    cloud.faults.inject({ operation: "CreateImage", kind: "dropAfter" });
    const request = { name: "lost", instance_id: id, client_token: "build-2" };
    await expect(call(cloud, "POST /images", request)).rejects.toThrow("fetch failed");
    const found = await call(cloud, "GET /images?client_token=build-2");
    expect(found.body.images).toMatchObject([{ name: "lost" }]);
    const again = await call(cloud, "POST /images", request);
    expect(again.body.id).toBe(found.body.images[0].id);
  });
});

describe("bad input", () => {
  it.each([
    ["POST /instances", { region: "sunny-east" }, 400, "invalid_request"],
    ["POST /instances", { region: "mars", image_id: EAST }, 404, "region_not_found"],
    ["POST /instances", { region: "sunny-west", image_id: EAST }, 400, "image_in_other_region"],
    ["POST /instances", { region: "sunny-east", image_id: 7 }, 400, "invalid_request"],
    ["POST /images", { name: " ", instance_id: "ins-1" }, 400, "invalid_request"],
    ["POST /images", { name: "a", instance_id: "i", labels: { a: 1 } }, 400, "invalid_request"],
    [
      "POST /images",
      { name: "a", instance_id: "i", labels: { a: "\u0007" } },
      400,
      "invalid_request",
    ],
    ["POST /images", { name: "a", instance_id: "i", client_token: "a b" }, 400, "invalid_request"],
    ["POST /images", "{", 400, "invalid_json"],
    ["POST /images", "[]", 400, "invalid_json"],
    ["POST /images", " ".repeat(1024 * 1024 + 1), 413, "body_too_large"],
    ["PUT /instances/ins-1/files?path=relative", "x", 400, "invalid_request"],
    ["PUT /instances/ins-1/files?path=/x&mode=9", "x", 400, "invalid_request"],
  ])("%s refuses it", async (endpoint, body, status, code) => {
    const answer = await call(cloud, endpoint, body);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(cloud.snapshot().instances).toEqual([]);
  });
});
