import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DockerEngineStandIn, startDockerEngine } from "../src/index.ts";
import { clientOf, run, startContainer } from "./docker-client.ts";

let engine: DockerEngineStandIn;
let docker: Docker;
let container: Docker.Container;

beforeAll(async () => {
  engine = await startDockerEngine();
  docker = clientOf(engine);
  container = await startContainer(docker, {
    Env: ["A=from container", "B=2"],
    Hostname: "host-1",
  });
});
afterAll(() => engine.close());

describe("commands in a container", () => {
  it("have their output in two streams, and their exit status", async () => {
    const command = ["sh", "-c", "echo out; echo err >&2; exit 3"];
    expect(await run(docker, container, command)).toEqual({
      out: "out\n",
      error: "err\n",
      exitCode: 3,
    });
  });

  it("read their input to its end", async () => {
    expect((await run(docker, container, ["cat"], { input: "grüße" })).out).toBe("grüße");
    const script = "echo from stdin\nexit 6\n";
    expect(await run(docker, container, ["/bin/sh"], { input: script })).toMatchObject({
      out: "from stdin\n",
      exitCode: 6,
    });
  });

  it("get environment, working directory and hostname", async () => {
    const { out } = await run(
      docker,
      container,
      ["sh", "-c", 'echo "$A|$B|$C|$(pwd)|$(hostname)"; env | grep ^C='],
      { Env: ["B=own", "C=x y"], WorkingDir: "/etc" },
    );
    expect(out).toBe("from container|own|x y|/etc|host-1\nC=x y\n");
  });

  it("get their words as they are", async () => {
    const words = ["printf", "%s|", "a b", "$A", "`id`", "it's", ""];
    expect((await run(docker, container, words)).out).toBe("a b|$A|`id`|it's||");
  });

  it("do as Packer does with a script", async () => {
    await run(docker, container, ["sh", "-c", "cat > /tmp/script_1.sh"], {
      input: '#!/bin/sh -e\necho "$PACKER_BUILD_NAME"\nfalse\necho not reached\n',
    });
    const command = "chmod 0755 /tmp/script_1.sh; PACKER_BUILD_NAME='b 1' /tmp/script_1.sh";
    expect(await run(docker, container, ["/bin/sh", "-c", command])).toEqual({
      out: "b 1\n",
      error: "",
      exitCode: 1,
    });
  });

  it("say that there is no such program", async () => {
    expect(await run(docker, container, ["nosuch"])).toEqual({
      out: expect.stringContaining('exec: "nosuch": executable file not found in $PATH'),
      error: "",
      exitCode: 126,
    });
  });

  it("stream output of many frames", async () => {
    const { out } = await run(docker, container, ["sh", "-c", "seq 1 40000"]);
    expect(out.length).toBe(228_894);
    expect(out.endsWith("39999\n40000\n")).toBe(true);
  });

  it("are raw at a terminal", async () => {
    const exec = await container.exec({ Cmd: ["echo", "hi"], AttachStdout: true, Tty: true });
    const stream = await exec.start({ hijack: true, Tty: true });
    expect(await text(stream)).toBe("hi\r\n");
  });

  it("do not wait for a client that never sends input", async () => {
    const exec = await container.exec({ Cmd: ["cat"], AttachStdin: true, AttachStdout: true });
    const stream = await exec.start({ hijack: true, stdin: true });
    expect(await text(stream)).toBe("");
    stream.end();
    expect((await exec.inspect()).ExitCode).toBe(0);
  });

  it("run detached", async () => {
    const exec = await container.exec({ Cmd: ["sh", "-c", "echo done > /tmp/detached"] });
    await exec.start({ Detach: true });
    await expect
      .poll(async () => (await exec.inspect()).ExitCode, { interval: 5, timeout: 2000 })
      .toBe(0);
    expect((await run(docker, container, ["cat", "/tmp/detached"])).out).toBe("done\n");
  });

  it("run once only", async () => {
    const exec = await container.exec({ Cmd: ["true"], AttachStdout: true, Tty: true });
    await text(await exec.start({ hijack: true }));
    expect(await text(await exec.start({ hijack: true }))).toContain("has already run");
  });

  it("are gone with their container", async () => {
    const shortLived = await startContainer(docker, { HostConfig: { AutoRemove: true } });
    const exec = await shortLived.exec({ Cmd: ["true"] });
    await shortLived.kill();
    await expect(exec.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it("need a container that runs, and a command", async () => {
    await expect(container.exec({ Cmd: [] })).rejects.toMatchObject({
      statusCode: 400,
      json: { message: "No exec command specified" },
    });
    const idle = await docker.createContainer({ Image: "busybox" });
    await expect(idle.exec({ Cmd: ["true"] })).rejects.toMatchObject({ statusCode: 409 });
    await expect(docker.getExec("nope").inspect()).rejects.toMatchObject({ statusCode: 404 });
  });
});
