import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DockerEngineStandIn, startDockerEngine } from "../src/index.ts";
import { clientOf, progressOf, run, startContainer } from "./docker-client.ts";

let engine: DockerEngineStandIn;
let docker: Docker;

beforeEach(async () => {
  engine = await startDockerEngine();
  docker = clientOf(engine);
});
afterEach(() => engine.close());

describe("the engine itself", () => {
  it("says what it is, with and without a version in the path", async () => {
    for (const prefix of ["", "/v1.24", "/v1.41", "/v1.44"]) {
      const ping = await fetch(`${engine.url}${prefix}/_ping`);
      expect(await ping.text()).toBe("OK");
      expect(ping.headers.get("api-version")).toBe("1.41");
      expect(ping.headers.get("server")).toBe("Docker/20.10.24 (linux)");
    }
    expect(await docker.version()).toMatchObject({ Version: "20.10.24", Os: "linux" });
    expect(await docker.info()).toMatchObject({ Images: 1, Containers: 0, OSType: "linux" });
  });

  it.each([
    ["/v1.45/info", 400, "client version 1.45 is too new. Maximum supported API version is 1.44"],
    ["/v1.9/info", 400, "client version 1.9 is too old"],
    ["/v1.41/nope", 404, "page not found"],
    ["/images/json?filters=%7B", 500, "unexpected end of JSON input"],
    ["/images/B%20AD/json", 400, "invalid reference format: repository name must be lowercase"],
    ["/containers/%ff/json", 404, "page not found"],
  ])("answers GET %s with %i", async (path, status, message) => {
    const answer = await fetch(`${engine.url}${path}`);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ message: expect.stringContaining(message) });
  });

  it("names where to find it for DOCKER_HOST", async () => {
    expect(engine.dockerHost).toBe(engine.url.replace("http", "tcp"));
    await using local = await startDockerEngine({ unixSocket: true });
    expect(local.dockerHost).toBe(`unix://${local.socketPath}`);
  });

  it("takes a body of JSON only", async () => {
    const create = (body: string, type: string) =>
      fetch(`${engine.url}/containers/create`, {
        method: "POST",
        headers: { "content-type": type },
        body,
      });
    expect((await create('{"Image":"busybox"}', "text/plain")).status).toBe(400);
    expect((await create("{", "application/json")).status).toBe(400);
    expect((await create(" ".repeat(2_000_000), "application/json")).status).toBe(413);
    expect(engine.snapshot().containers).toEqual([]);
  });
});

describe("a hijacked connection", () => {
  it("carries frames right behind its headers", async () => {
    const container = await startContainer(docker);
    const exec = await container.exec({ Cmd: ["echo", "hi"], AttachStdout: true });
    const body = '{"Detach":false,"Tty":false}';
    const socket = connect(Number(new URL(engine.url).port), "127.0.0.1");
    socket.write(
      `POST /v1.41/exec/${exec.id}/start HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    setTimeout(() => socket.write(body.slice(0, 5)), 5);
    setTimeout(() => socket.write(body.slice(5)), 15);
    const [headers, frames] = (await text(socket)).split("\r\n\r\n");
    expect(headers?.split("\r\n")[0]).toBe("HTTP/1.1 101 UPGRADED");
    expect(headers).toContain("Content-Type: application/vnd.docker.raw-stream");
    expect(frames).toBe("\x01\0\0\0\0\0\0\x03hi\n");
  });

  it("stays in HTTP for an error", async () => {
    await expect(docker.getExec("nope").start({ hijack: true })).rejects.toMatchObject({
      statusCode: 404,
    });
  });
});

describe("faults", () => {
  it("come in the engine's shape", async () => {
    engine.faults.inject({ operation: "ImageList", kind: "error", status: 503, message: "busy" });
    await expect(docker.listImages()).rejects.toMatchObject({
      statusCode: 503,
      json: { message: "busy" },
    });
  });

  it("lose the answer of what was done", async () => {
    engine.faults.inject({ operation: "ContainerCreate", kind: "dropAfter" });
    await expect(docker.createContainer({ Image: "busybox", name: "lost" })).rejects.toThrow(
      "socket hang up",
    );
    expect(engine.snapshot().containers).toMatchObject([{ name: "lost" }]);
  });

  it("reach streams and hijacked connections", async () => {
    const container = await startContainer(docker);
    const exec = await container.exec({ Cmd: ["touch", "/done"], AttachStdout: true });
    engine.faults.inject({ operation: "ExecStart", kind: "dropAfter" });
    await expect(exec.start({ hijack: true })).rejects.toThrow("socket hang up");
    await expect.poll(async () => (await exec.inspect()).ExitCode, { interval: 5 }).toBe(0);
    engine.faults.inject({ operation: "ContainerExport", kind: "dropAfter" });
    await expect(container.export()).rejects.toThrow("socket hang up");
    engine.faults.inject({ operation: "ImageCreate", kind: "dropAfter" });
    await expect(docker.pull("alpine:3.20")).rejects.toThrow("socket hang up");
    expect(engine.snapshot().images.flatMap(({ tags }) => tags)).toContain("alpine:3.20");
  });

  it("can strike each call of a build in turn", async () => {
    const work = async (client: Docker) => {
      const container = await client.createContainer({
        Image: "busybox",
        Cmd: ["sleep", "infinity"],
      });
      await container.start();
      await run(client, container, ["true"]);
      await container.commit({ repo: "made" });
      await container.remove({ force: true });
      await progressOf(await client.getImage("made").push({ authconfig: {} }));
    };
    await work(docker);
    const calls = engine.requests.length;
    expect(calls).toBe(8);
    for (let call = 1; call <= calls; call += 1) {
      await using broken = await startDockerEngine();
      const fault = broken.faults.inject({ call, kind: "error" });
      await expect(work(clientOf(broken)), `call ${call}`).rejects.toThrow("a fault was injected");
      expect([fault.hits, broken.requests.length]).toEqual([1, call]);
    }
  });
});

describe("closing", () => {
  it("ends what runs", async () => {
    const container = await startContainer(docker, { Cmd: ["sleep", "1000"], Tty: false });
    const waiting = container.wait();
    await engine.close();
    await expect(waiting).rejects.toThrow();
    expect(engine.snapshot().containers).toMatchObject([{ status: "exited" }]);
  });
});
