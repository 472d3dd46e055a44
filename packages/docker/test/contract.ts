import { createHash, randomBytes } from "node:crypto";
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import type { Communicator } from "@packerkit/plugin-sdk";
import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DockerError } from "../src/index.ts";
import { describeLeftovers } from "./contract-leftovers.ts";
import {
  build,
  dockerAt,
  inventoryOf,
  recordingUi,
  run,
  shell,
  type TestEngine,
  temporaryFolder,
} from "./harness.ts";

export type { TestEngine } from "./harness.ts";

const SHA256 = /^sha256:[0-9a-f]{64}$/;

/**
 * Declares the tests that the docker builder passes on every engine, the embedded stand-in and a real one alike.
 */
export function describeDockerContract(name: string, makeEngine: () => Promise<TestEngine>): void {
  describe(`docker on ${name}`, () => {
    let engine: TestEngine;
    beforeAll(async () => {
      engine = await makeEngine();
    });
    afterAll(async () => {
      await engine?.[Symbol.asyncDispose]();
    });
    const of = () => engine;
    describeCommit(of);
    describeExport(of);
    describeCommands(of);
    describeTransfers(of);
    describeRefusals(of);
    describeLeftovers(of);
  });
}

type EngineOf = () => TestEngine;

function describeCommit(engine: EngineOf): void {
  it("commits a provisioned container and describes the image", async () => {
    const { address, image } = engine();
    const before = await inventoryOf(engine());
    const source = await dockerAt(address).getImage(image).inspect();
    const artifact = await build(
      address,
      {
        image,
        commit: true,
        author: "Ada",
        message: "made by a test",
        changes: ["ENV GREETING=hello", "WORKDIR /srv"],
      },
      { provisioners: [shell("echo provisioned > /etc/motd")] },
    );
    const made = await dockerAt(address)
      .getImage(artifact?.id() ?? "")
      .inspect();
    expect(artifact?.builderId()).toBe("packer.post-processor.docker-import");
    expect(artifact?.id()).toMatch(SHA256);
    expect(artifact?.files()).toEqual([]);
    expect(String(artifact)).toContain(artifact?.id());
    expect(artifact?.state(ARTIFACT_STATE_URI)).toEqual({
      imageId: made.Id,
      providerName: "docker",
      providerRegion: "docker",
      sourceImageId: source.Id,
      labels: { ImageSha256: made.Id, PackerArtifactID: made.Id, SourceImageDigest: "" },
    });
    expect(artifact?.state("generated_data")).toEqual({
      ImageSha256: made.Id,
      SourceImageSha256: source.Id,
      SourceImageDigest: "",
    });
    expect(made).toMatchObject({ Author: "Ada", Comment: "made by a test" });
    expect(made.Config.Cmd).toEqual(["sh"]);
    expect(made.Config.Entrypoint ?? []).toEqual([]);
    expect(made.Config.Env).toContain("GREETING=hello");
    expect(made.Config.WorkingDir).toBe("/srv");

    const child = await build(
      address,
      { image: made.Id, discard: true },
      { provisioners: [shell('test "$(cat /etc/motd)" = provisioned')] },
    );
    expect(child?.files()).toEqual([]);

    await artifact?.destroy();
    await artifact?.destroy();
    expect(await inventoryOf(engine())).toEqual(before);
  });

  it("keeps the source image's command under another entrypoint", async () => {
    const { address, image } = engine();
    const artifact = await build(address, {
      image,
      commit: true,
      changes: ['ENTRYPOINT ["/bin/env"]'],
    });
    const made = await dockerAt(address)
      .getImage(artifact?.id() ?? "")
      .inspect();
    expect(made.Config).toMatchObject({ Entrypoint: ["/bin/env"], Cmd: ["sh"] });
    await artifact?.destroy();
  });

  it("hands the generated data to provisioners", async () => {
    const { address, image } = engine();
    const source = await dockerAt(address).getImage(image).inspect();
    let seen: Readonly<Record<string, unknown>> = {};
    await build(
      address,
      { image, discard: true },
      {
        provisioners: [
          async ({ data }) => {
            seen = data;
          },
        ],
      },
    );
    expect(seen).toMatchObject({
      ImageSha256: "ERR_IMAGE_SHA256_NOT_FOUND",
      SourceImageSha256: source.Id,
      SourceImageDigest: "",
      ConnType: "docker",
      ID: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("keeps what is in the scratch folder out of the image", async () => {
    const { address, image, withoutVolumes } = engine();
    const artifact = await build(
      address,
      { image, commit: true, container_dir: "/scratch" },
      { provisioners: [shell("echo secret > /scratch/file && test -s /scratch/file")] },
    );
    const isKept = withoutVolumes ? "-e" : "! -e";
    await build(
      address,
      { image: artifact?.id(), discard: true },
      { provisioners: [shell(`test ${isKept} /scratch/file`)] },
    );
    await artifact?.destroy();
  });
}

function describeExport(engine: EngineOf): void {
  it("exports a provisioned container to a file", async () => {
    const { address, image } = engine();
    await using folder = await temporaryFolder();
    const before = await inventoryOf(engine());
    const path = join(folder.path, "new/folder/container.tar");
    const artifact = await build(
      address,
      { image, export_path: path },
      { provisioners: [shell("echo exported > /etc/motd")] },
    );
    expect(artifact?.builderId()).toBe("packer.docker");
    expect(artifact?.files()).toEqual([path]);
    expect(artifact?.state(ARTIFACT_STATE_URI)).toBeUndefined();
    expect(await readdir(join(path, ".."))).toEqual(["container.tar"]);
    expect(await fileInTar(path, "etc/motd")).toBe("exported\n");
    expect(await inventoryOf(engine())).toEqual(before);
    await artifact?.destroy();
    await artifact?.destroy();
    expect(await readdir(join(path, ".."))).toEqual([]);
  });

  it("replaces an earlier export only when the new one is whole", async () => {
    const { address, image } = engine();
    await using folder = await temporaryFolder();
    const path = join(folder.path, "container.tar");
    await writeFile(path, "the earlier one");
    const failing = build(
      address,
      { image, export_path: path },
      { provisioners: [shell("exit 3")] },
    );
    await expect(failing).rejects.toThrow("exited with 3");
    expect(await readFile(path, "utf8")).toBe("the earlier one");
    await build(address, { image, export_path: path });
    expect(await fileInTar(path, "etc/passwd")).toContain("root");
    expect(await readdir(folder.path)).toEqual(["container.tar"]);
  });
}

function describeCommands(engine: EngineOf): void {
  it("runs commands with their streams apart and answers the exit status", async () => {
    await inContainer(engine(), {}, async (communicator) => {
      expect(await run(communicator, "echo out; echo err >&2; exit 3")).toEqual({
        status: 3,
        stdout: "out\n",
        stderr: "err\n",
      });
      expect(await run(communicator, "cat", { input: "typed\n" })).toMatchObject({
        status: 0,
        stdout: "typed\n",
      });
      expect(await run(communicator, "true", { input: "nobody reads this" })).toMatchObject({
        status: 0,
        stdout: "",
      });
      expect(await run(communicator, "no-such-command")).toMatchObject({ status: 127 });
    });
  });

  it("runs commands side by side", async () => {
    await inContainer(engine(), {}, async (communicator) => {
      const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
      const results = await Promise.all(
        numbers.map((number) => run(communicator, `echo ${number}; exit ${number}`)),
      );
      expect(results.map(({ status, stdout }) => [status, stdout])).toEqual(
        numbers.map((number) => [number, `${number}\n`]),
      );
    });
  });

  it("passes large output on no faster than it is taken", async () => {
    await inContainer(engine(), {}, async (communicator) => {
      await communicator.upload("/big", Readable.from([Buffer.alloc(3_000_000, "x")]));
      let bytes = 0;
      const slow = new Writable({
        highWaterMark: 1024,
        write(chunk: Buffer, _, done) {
          bytes += chunk.length;
          setImmediate(done);
        },
      });
      expect(await communicator.start({ command: "cat /big", stdout: slow })).toBe(0);
      await new Promise((resolve) => slow.on("finish", resolve));
      expect(bytes).toBe(3_000_000);
    });
  });

  it("gives commands a terminal with pty, where both streams are one", async () => {
    await inContainer(engine(), { pty: true }, async (communicator) => {
      const { status, stdout, stderr } = await run(communicator, "echo out; echo err >&2; exit 4");
      expect(status).toBe(4);
      expect(stdout.trim().split(/\s+/)).toEqual(["out", "err"]);
      expect(stderr).toBe("");
    });
  });

  it("ends a command when the build is cancelled", async () => {
    const { address, image } = engine();
    const cancelled = new AbortController();
    const building = build(
      address,
      { image, discard: true },
      {
        signal: cancelled.signal,
        provisioners: [
          async ({ communicator, signal }) => {
            setTimeout(() => cancelled.abort(), 100);
            await run(communicator, "sleep 60", { signal });
          },
        ],
      },
    );
    await expect(building).rejects.toMatchObject({ code: "CANCELLED", leftBehind: [] });
  });
}

function describeTransfers(engine: EngineOf): void {
  it("copies files both ways with their modes", async () => {
    await inContainer(engine(), {}, async (communicator, id) => {
      const modifiedAt = new Date("2024-05-06T07:08:09Z");
      await communicator.upload("/tmp/script", Readable.from(["echo hello\n"]), {
        name: "script",
        size: 11,
        mode: 0o755,
        modifiedAt,
      });
      await communicator.upload("/tmp/secret", Readable.from(["hidden"]));
      expect(await entryAt(engine(), id, "/tmp/script")).toMatchObject({
        ...{ mode: 0o755, mtime: modifiedAt, uid: 0, gid: 0, size: 11 },
      });
      expect(await entryAt(engine(), id, "/tmp/secret")).toMatchObject({ mode: 0o600, uid: 0 });
      expect(await run(communicator, "sh /tmp/script")).toMatchObject({ stdout: "hello\n" });
      expect(await downloadText(communicator, "/tmp/script")).toBe("echo hello\n");
      await run(communicator, "ln -s script /tmp/link");
      expect(await downloadText(communicator, "/tmp/link")).toBe("echo hello\n");
      await communicator.upload("/tmp/empty", Readable.from([]));
      expect(await downloadText(communicator, "/tmp/empty")).toBe("");
    });
  });

  it("copies large files of unknown size unchanged", async () => {
    await inContainer(engine(), {}, async (communicator) => {
      const blocks = Array.from({ length: 80 }, () => randomBytes(100_000));
      await communicator.upload("/tmp/large", Readable.from(blocks));
      const destination = new PassThrough();
      const [, arrived] = await Promise.all([
        communicator.download("/tmp/large", destination),
        buffer(destination),
      ]);
      expect(sha256(arrived)).toBe(sha256(Buffer.concat(blocks)));
    });
  });

  it("copies folders both ways as docker cp does", async () => {
    await using folder = await temporaryFolder();
    const source = join(folder.path, "source");
    await mkdir(join(source, "sub/deep"), { recursive: true });
    await writeFile(join(source, "run.sh"), "echo ran");
    await chmod(join(source, "run.sh"), 0o751);
    await writeFile(join(source, "sub/deep/file"), "deep");
    await writeFile(join(source, "sub/left-out"), "no");
    await symlink("sub/deep/file", join(source, "link"));
    await inContainer(engine(), {}, async (communicator, id) => {
      await communicator.uploadDirectory("/tmp", source, ["sub/left-*"]);
      await communicator.uploadDirectory("/tmp/new", source, []);
      await run(communicator, "mkdir /tmp/contents && chmod 700 /tmp/contents");
      await communicator.uploadDirectory("/tmp/contents", `${source}/`, ["sub"]);
      const list = async (what: string) => (await run(communicator, `ls ${what}`)).stdout;
      expect(await entryAt(engine(), id, "/tmp/source/run.sh")).toMatchObject({ mode: 0o751 });
      expect(await run(communicator, "cat /tmp/source/link")).toMatchObject({ stdout: "deep" });
      expect(await list("/tmp/source/sub")).toBe("deep\n");
      expect(await list("/tmp/new/sub")).toBe("deep\nleft-out\n");
      expect(await list("/tmp/contents")).toBe("link\nrun.sh\n");
      expect(await entryAt(engine(), id, "/tmp/contents")).toMatchObject({ mode: 0o700 });

      const back = join(folder.path, "back");
      await communicator.downloadDirectory("/tmp/new/", back, ["sub/left-out"]);
      expect((await readdir(back)).sort()).toEqual(["link", "run.sh", "sub"]);
      expect(await readdir(join(back, "sub"))).toEqual(["deep"]);
      expect((await stat(join(back, "run.sh"))).mode & 0o777).toBe(0o751);
      expect(await readlink(join(back, "link"))).toBe("sub/deep/file");
      await communicator.downloadDirectory("/tmp/new", back, []);
      expect(await readFile(join(back, "new/sub/deep/file"), "utf8")).toBe("deep");
    });
  });

  it("refuses transfers that cannot be", async () => {
    await inContainer(engine(), {}, async (communicator) => {
      const content = () => Readable.from(["x"]);
      const info = { name: "x", size: 5, mode: 0o600, modifiedAt: new Date() };
      const failures: [() => Promise<void>, RegExp][] = [
        [() => communicator.upload("/no/such/x", content()), /\/no\/such does not exist/],
        [
          () => communicator.upload("/etc/passwd/x", content()),
          /\/etc\/passwd (is no folder|does not)/,
        ],
        [() => communicator.upload("/tmp/short", content(), info), /size/i],
        [() => communicator.upload("/etc", content()), /upload to \/etc/],
        [() => communicator.uploadDirectory("/tmp", "/no/such/source", []), /does not exist/],
        [() => communicator.uploadDirectory("/etc/passwd", ".", []), /\/etc\/passwd is no folder/],
        [() => communicator.download("/no/such", new PassThrough()), /\/no\/such/],
        [() => communicator.download("/etc", new PassThrough()), /directory/],
        [() => communicator.downloadDirectory("/no/such", "/tmp/x", []), /does not exist/],
        [() => communicator.downloadDirectory("/etc/passwd", "/tmp/x", []), /is no folder/],
      ];
      for (const [transfer, reason] of failures) {
        const error = await transfer().catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(DockerError);
        expect(error).toMatchObject({ code: "TRANSFER_FAILED" });
        expect(String(error)).toMatch(reason);
      }
      expect(await run(communicator, "test -d /etc")).toMatchObject({ status: 0 });
    });
  });
}

function describeRefusals(engine: EngineOf): void {
  it.each([
    ["an image that is not there", { image: "no-such-image:1" }, "IMAGE_NOT_FOUND", /pull = true/],
    ["an entrypoint that ends", { entrypoint: ["/bin/true"] }, "CONTAINER_FAILED", /stopped at/],
    ["an entrypoint that is not there", { entrypoint: ["/no"] }, "CONTAINER_FAILED", /\["\/no"\]/],
  ])("refuses %s and leaves nothing", async (_, settings, code, reason) => {
    const { address, image } = engine();
    const before = await inventoryOf(engine());
    const building = build(address, { image, commit: true, ...settings });
    await expect(building).rejects.toMatchObject({ leftBehind: [], cause: { code } });
    await expect(building).rejects.toThrow(reason);
    expect(await inventoryOf(engine())).toEqual(before);
  });

  it("refuses an export path that is a folder or under a file", async () => {
    const { address, image } = engine();
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "file"), "");
    for (const path of [folder.path, join(folder.path, "file/x.tar")]) {
      await expect(build(address, { image, export_path: path })).rejects.toMatchObject({
        step: "Prepare the export",
        cause: { code: "EXPORT_FAILED" },
      });
    }
    expect(await readdir(folder.path)).toEqual(["file"]);
  });

  it("leaves nothing where a provisioner fails, and says what failed", async () => {
    const { address, image } = engine();
    const before = await inventoryOf(engine());
    const ui = recordingUi();
    const building = build(
      address,
      { image, commit: true },
      { ui, provisioners: [shell("echo broken >&2; exit 3")] },
    );
    await expect(building).rejects.toMatchObject({ code: "STEP_FAILED", step: "Provision" });
    expect(ui.errors.join("\n")).toContain("exited with 3: broken");
    expect(await inventoryOf(engine())).toEqual(before);
  });
}

/** Runs a build that is discarded, and hands its container's communicator over. */
async function inContainer(
  { address, image }: TestEngine,
  settings: Readonly<Record<string, unknown>>,
  use: (communicator: Communicator, id: string) => Promise<void>,
): Promise<void> {
  await build(
    address,
    { image, discard: true, ...settings },
    { provisioners: [({ communicator, data }) => use(communicator, String(data["ID"]))] },
  );
}

/** What the engine says of a file, seen past the communicator. */
async function entryAt({ address }: TestEngine, container: string, path: string) {
  const archive = extract();
  (await dockerAt(address).getContainer(container).getArchive({ path })).pipe(archive);
  for await (const entry of archive) {
    entry.resume();
    return entry.header;
  }
}

async function downloadText(communicator: Communicator, path: string): Promise<string> {
  const destination = new PassThrough();
  const [, content] = await Promise.all([
    communicator.download(path, destination),
    text(destination),
  ]);
  return content;
}

async function fileInTar(path: string, name: string): Promise<string | undefined> {
  const archive = extract();
  archive.end(await readFile(path));
  for await (const entry of archive) {
    if (entry.header.name === name) return text(entry as unknown as Readable);
    entry.resume();
  }
  return undefined;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
