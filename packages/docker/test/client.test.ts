import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { promisify } from "node:util";
import { startDockerEngine } from "@packerkit/cloud-sim";
import { describe, expect, it } from "vitest";
import { Engine, readEngineAddress } from "../src/index.ts";
import { measureContent } from "../src/sized-content.ts";
import { build, dockerAt, recordingUi, shell } from "./harness.ts";

describe("an engine that cannot be used", () => {
  it("that does not answer is named, with a word on what to do", async () => {
    const building = build("unix:///no/such/docker.sock", { image: "x", discard: true });
    await expect(building).rejects.toMatchObject({ cause: { code: "ENGINE_UNREACHABLE" } });
    await expect(building).rejects.toThrow(
      /unix:\/\/\/no\/such\/docker\.sock.*start it.*docker_host or DOCKER_HOST/,
    );
  });

  it.each([
    ["nothing but text", 200, "hello", "BAD_ANSWER"],
    ["another object", 200, "{}", "BAD_ANSWER"],
    ["a list", 200, "[]", "BAD_ANSWER"],
    ["an error page", 502, "<html>bad gateway</html>", "ENGINE_REFUSED"],
    ["an error without words", 500, "", "ENGINE_REFUSED"],
  ])("answers %s", async (_, status, body, code) => {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const engine = new Engine(readEngineAddress(address));
      const error = await engine.version().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code });
      expect(String(error)).toContain(address);
    } finally {
      server.close();
    }
  });

  it("runs Windows containers", async () => {
    const answer = JSON.stringify({ Version: "1", Os: "windows" });
    const server = createServer((_, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const building = build(address, { image: "x", discard: true });
      await expect(building).rejects.toMatchObject({ cause: { code: "ENGINE_UNSUPPORTED" } });
    } finally {
      server.close();
    }
  });
});

describe("the client", () => {
  it("hands a large answer over unchanged to whoever reads it slowly", async () => {
    const body = randomBytes(4 * 1024 * 1024);
    const server = createServer(
      (_request, response) => void Readable.from(slices(body)).pipe(response),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const archive = await new Engine(readEngineAddress(address)).getArchive("web", "/srv");
      const received: Buffer[] = [];
      for await (const chunk of archive as AsyncIterable<Buffer>) {
        received.push(chunk);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(Buffer.concat(received).equals(body)).toBe(true);
    } finally {
      server.close();
    }
  });

  it("builds over TCP, whatever DOCKER_HOST says", async () => {
    await using engine = await startDockerEngine();
    const before = process.env["DOCKER_HOST"];
    process.env["DOCKER_HOST"] = "tcp://127.0.0.1:1";
    try {
      const artifact = await build(
        engine.dockerHost,
        { image: "busybox:latest", commit: true },
        { provisioners: [shell("true")] },
      );
      expect(engine.snapshot().images.map(({ id }) => id)).toContain(artifact?.id());
    } finally {
      if (before === undefined) delete process.env["DOCKER_HOST"];
      else process.env["DOCKER_HOST"] = before;
    }
  });

  it("asks again where a connection is lost and asking changes nothing", async () => {
    await using engine = await startDockerEngine({ unixSocket: true });
    for (const kind of ["drop", "dropAfter"] as const) {
      engine.faults.inject({ kind, operation: "SystemVersion" });
      engine.faults.inject({ kind, operation: "ImageInspect" });
    }
    const artifact = await build(engine.dockerHost, { image: "busybox:latest", commit: true });
    expect(artifact?.id()).toMatch(/^sha256:/);
  });

  it("leaves everything as it is with -on-error=abort, and names it", async () => {
    await using engine = await startDockerEngine({ unixSocket: true });
    const ui = recordingUi();
    const building = build(
      engine.dockerHost,
      { image: "busybox:latest", commit: true },
      { ui, packer: { onError: "abort" }, provisioners: [shell("exit 3")] },
    );
    const error = await building.catch((caught: unknown) => caught);
    const [container] = await dockerAt(engine.dockerHost).listContainers();
    expect(error).toMatchObject({ leftBehind: [`container ${container?.Id}`] });
    expect(container?.Names[0]).toMatch(/^\/packerkit-[0-9a-f]{16}$/);
  });

  it("is loaded only when an engine is asked", async () => {
    const script = `
      import { createRequire } from "node:module";
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => /dockerode|tar-fs/.test(path)).length;
      const { Engine, readEngineAddress } = await import("./src/index.ts");
      const engine = new Engine(readEngineAddress("unix:///no/such/docker.sock"));
      const before = loaded();
      await engine.version().catch(() => {});
      console.log(JSON.stringify([before, loaded() > 0]));
    `;
    const node = promisify(execFile);
    const { stdout } = await node(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", script],
      { cwd: new URL("..", import.meta.url) },
    );
    expect(JSON.parse(stdout)).toEqual([0, true]);
  });
});

describe("content whose size is not known", () => {
  const folders = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith("packerkit-upload-"));

  it("stays in memory while it is small", async () => {
    const before = await folders();
    const sized = await measureContent(Readable.from([Buffer.from("small")]));
    expect(sized.size).toBe(5);
    expect(Buffer.concat(await sized.content.toArray()).toString()).toBe("small");
    expect(await folders()).toEqual(before);
  });

  it("goes to a private file that is removed afterwards", async () => {
    const before = await folders();
    const blocks = Array.from({ length: 5 }, (_, index) => Buffer.alloc(500_000, String(index)));
    const sized = await measureContent(Readable.from(blocks));
    expect(sized.size).toBe(2_500_000);
    const [folder, ...others] = (await folders()).filter((name) => !before.includes(name));
    expect(others).toEqual([]);
    const file = join(tmpdir(), String(folder), "content");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const arrived = Buffer.concat(await sized.content.toArray());
    expect(arrived.equals(Buffer.concat(blocks))).toBe(true);
    await sized.remove();
    expect(await folders()).toEqual(before);
  });

  it("leaves no file where it breaks off", async () => {
    const before = await folders();
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(2_000_000);
        throw new Error("the sender is gone");
      })(),
    );
    await expect(measureContent(broken)).rejects.toThrow("the sender is gone");
    expect(await folders()).toEqual(before);
  });

  it("leaves no file where the build is cancelled while the sender is silent", async () => {
    const before = await folders();
    const cancelled = new AbortController();
    const silent = new PassThrough({ highWaterMark: 4_000_000 });
    silent.write(Buffer.alloc(2_000_000));
    const measuring = measureContent(silent, cancelled.signal);
    setTimeout(() => cancelled.abort(), 20);
    await expect(measuring).rejects.toMatchObject({ name: "AbortError" });
    expect(await folders()).toEqual(before);
  });
});

function* slices(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 30_000) yield body.subarray(at, at + 30_000);
}
