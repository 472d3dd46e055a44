import type Docker from "dockerode";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DockerEngineStandIn, startDockerEngine } from "../src/index.ts";
import { archiveOf, clientOf, run, startContainer, unpack } from "./docker-client.ts";

let engine: DockerEngineStandIn;
let docker: Docker;

beforeEach(async () => {
  engine = await startDockerEngine({ unixSocket: true });
  docker = clientOf(engine);
});
afterEach(() => engine.close());

describe("a container's life", () => {
  it("goes from created to running to exited, and away", async () => {
    const container = await docker.createContainer({
      Image: "busybox:latest",
      name: "life",
      Cmd: ["sh", "-c", "echo out; echo err >&2; exit 3"],
    });
    expect((await container.inspect()).State).toMatchObject({ Status: "created", Running: false });
    await container.start();
    expect(await container.wait()).toEqual({ Error: null, StatusCode: 3 });
    const logs = await container.logs({ stdout: true, stderr: true });
    expect([...logs]).toEqual([
      ...[1, 0, 0, 0, 0, 0, 0, 4, ...Buffer.from("out\n")],
      ...[2, 0, 0, 0, 0, 0, 0, 4, ...Buffer.from("err\n")],
    ]);
    await container.remove();
    expect(engine.snapshot().containers).toEqual([]);
    await expect(container.inspect()).rejects.toMatchObject({
      statusCode: 404,
      json: { message: `No such container: ${container.id}` },
    });
  });

  it("stays up while its shell waits for input, until it is stopped", async () => {
    const container = await startContainer(docker);
    expect((await container.inspect()).State).toMatchObject({ Status: "running", ExitCode: 0 });
    const waiting = container.wait();
    await container.stop();
    expect(await waiting).toMatchObject({ StatusCode: 137 });
    await expect(container.stop()).rejects.toMatchObject({ statusCode: 304 });
    await container.start();
    expect((await container.inspect()).State.Running).toBe(true);
    await container.kill({ signal: "SIGTERM" });
    expect((await container.inspect()).State).toMatchObject({ Status: "exited", ExitCode: 143 });
  });

  it("ends a command that still runs when it is killed", async () => {
    const container = await startContainer(docker, { Cmd: ["sleep", "1000"], Tty: false });
    const exec = run(docker, container, ["sleep", "1000"]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await container.kill();
    expect((await exec).exitCode).toBe(137);
  });

  it("removes itself where it is told to", async () => {
    const container = await startContainer(docker, { HostConfig: { AutoRemove: true } });
    const gone = container.wait({ condition: "removed" });
    await container.kill();
    expect(await gone).toMatchObject({ StatusCode: 137 });
    expect(engine.snapshot().containers).toEqual([]);
  });

  it("is not removed while it runs, unless forced", async () => {
    const container = await startContainer(docker);
    await expect(container.remove()).rejects.toMatchObject({ statusCode: 409 });
    await container.remove({ force: true, v: true });
    expect(engine.snapshot().containers).toEqual([]);
  });

  it("does not start without its program", async () => {
    const container = await docker.createContainer({ Image: "busybox", Cmd: ["/nosuch"] });
    await expect(container.start()).rejects.toMatchObject({
      statusCode: 400,
      json: { message: expect.stringContaining("stat /nosuch: no such file or directory") },
    });
    expect((await container.inspect()).State).toMatchObject({ Status: "created", ExitCode: 127 });
  });
});

describe("creating", () => {
  it.each([
    [{ Image: "nope:9" }, 404, "No such image: nope:9"],
    [{ Image: "busybox", name: "a b" }, 400, "Invalid container name (a b), only"],
    [{ Image: "busybox", name: "taken" }, 409, 'The container name "/taken" is already in use'],
    [{ Image: "busybox", Env: "A=1" as unknown as string[] }, 400, "cannot unmarshal string"],
  ])("refuses %j", async (options, statusCode, message) => {
    await docker.createContainer({ Image: "busybox", name: "taken" });
    await expect(docker.createContainer(options)).rejects.toMatchObject({
      statusCode,
      json: { message: expect.stringContaining(message) },
    });
    expect(engine.snapshot().containers).toHaveLength(1);
  });

  it("adds what the image has to what was asked for", async () => {
    const container = await docker.createContainer({
      Image: "busybox",
      Env: ["A=1"],
      Labels: { team: "blue" },
    });
    const { Config, Path, Args } = await container.inspect();
    expect(Config.Env).toEqual(["A=1", expect.stringMatching(/^PATH=/)]);
    expect([Path, Args, Config.Labels]).toEqual(["sh", [], { team: "blue" }]);
  });

  it("finds containers by name, label and status", async () => {
    const running = await startContainer(docker, { name: "up-1", Labels: { a: "1" } });
    await docker.createContainer({ Image: "busybox", name: "down-1", Labels: { a: "2" } });
    const names = async (options: Docker.ContainerListOptions) =>
      (await docker.listContainers(options)).flatMap((container) => container.Names);
    expect(await names({})).toEqual(["/up-1"]);
    expect(await names({ all: true })).toEqual(["/down-1", "/up-1"]);
    expect(await names({ all: true, filters: { name: ["down"] } })).toEqual(["/down-1"]);
    expect(await names({ all: true, filters: { label: ["a=1"] } })).toEqual(["/up-1"]);
    expect(await names({ filters: { status: ["created"] } })).toEqual(["/down-1"]);
    expect((await docker.getContainer(running.id.slice(0, 12)).inspect()).Name).toBe("/up-1");
    await expect(docker.listContainers({ filters: { colour: ["red"] } })).rejects.toMatchObject({
      statusCode: 400,
    });
  });
});

describe("files", () => {
  it("go in and out as archives, with modes and links", async () => {
    const container = await startContainer(docker);
    const archive = await archiveOf({
      "app/": "",
      "app/run.sh": { mode: 0o750, content: "#!/bin/sh\necho ran $1\n" },
      "app/link -> run.sh": "",
      "../../escape": "caught",
    });
    await expect(container.putArchive(archive, { path: "/opt" })).rejects.toMatchObject({
      statusCode: 404,
    });
    await run(docker, container, ["mkdir", "-p", "/opt"]);
    await container.putArchive(archive, { path: "/opt" });
    expect((await run(docker, container, ["/opt/app/run.sh", "1"])).out).toBe("ran 1\n");
    expect((await run(docker, container, ["ls", "/opt"])).out).toBe("app\nescape\n");
    expect(await unpack(await container.getArchive({ path: "/opt/app" }))).toEqual({
      "app/": { content: "", mode: 0o755 },
      "app/link": { content: "", mode: 0o777, link: "run.sh" },
      "app/run.sh": { content: "#!/bin/sh\necho ran $1\n", mode: 0o750 },
    });
    expect(Object.keys(await unpack(await container.getArchive({ path: "/opt/app/." })))).toEqual([
      "./",
      "./link",
      "./run.sh",
    ]);
  });

  it("tell what they are", async () => {
    const container = await startContainer(docker);
    await run(docker, container, ["ln", "-s", "passwd", "/etc/link"]);
    const stat = async (path: string) => {
      const answer = await container.infoArchive({ path });
      const { headers } = answer as unknown as { headers: Record<string, string> };
      return JSON.parse(
        Buffer.from(headers["x-docker-container-path-stat"] ?? "", "base64").toString(),
      );
    };
    expect(await stat("/etc")).toMatchObject({ name: "etc", mode: 2 ** 31 + 0o755 });
    expect(await stat("/etc/group")).toMatchObject({ name: "group", mode: 0o644, size: 27 });
    expect(await stat("/etc/link")).toMatchObject({ name: "link", linkTarget: "/etc/passwd" });
    await expect(container.infoArchive({ path: "/nope" })).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  it("are refused where there is no folder, and where they are no archive", async () => {
    const container = await startContainer(docker);
    const archive = await archiveOf({ a: "1" });
    await expect(container.putArchive(archive, { path: "/etc/passwd" })).rejects.toMatchObject({
      json: { message: "extraction point is not a directory" },
    });
    await expect(
      container.putArchive(Buffer.from("not a tar"), { path: "/tmp" }),
    ).rejects.toMatchObject({ statusCode: 500 });
  });

  it("are all in an export, without what the shell brings", async () => {
    const container = await startContainer(docker);
    await run(docker, container, ["sh", "-c", "echo mine > /root/mine"]);
    const files = await unpack(await container.export());
    expect(files["root/mine"]?.content).toBe("mine\n");
    expect(files["etc/passwd"]?.content).toContain("root:x:0:0");
    expect(Object.keys(files)).not.toContain("bin/ls");
  });
});
