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
import { PassThrough, Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import type { Communicator } from "@packerkit/plugin-sdk";
import { extract } from "tar-stream";
import { expect, it } from "vitest";
import { DockerError } from "../../src/index.ts";
import { dockerAt, inContainer, run, type TestEngine, temporaryFolder } from "../harness.ts";

/** Declares how the communicator copies files and folders. */
export function describeTransfers(engine: () => TestEngine): void {
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

  it.each([
    ["a name", "USER web", { uid: 2001, gid: 2002 }],
    ["a name and a group", "USER web:mail", { uid: 2001, gid: 2003 }],
    ["numbers", "USER 2004:2005", { uid: 2004, gid: 2005 }],
    ["a number", "USER 2004", { uid: 2004, gid: 0 }],
  ])("gives uploads to the container's user, given by %s", async (_, user, owner) => {
    const { image, lacks = [] } = engine();
    await using folder = await temporaryFolder();
    const path = join(folder.path, "Dockerfile");
    const accounts =
      "echo web:x:2001:2002::/:/bin/sh >> /etc/passwd; echo mail:x:2003: >> /etc/group";
    await writeFile(path, `FROM ${image}\nRUN ${accounts}\n${user}\n`);
    const build = { path, build_dir: folder.path, pull: false };
    const settings = { image: undefined, network: "none", build };
    const root = { uid: 0, gid: 0 };
    for (const fix_upload_owner of [true, false]) {
      const expected = fix_upload_owner && !lacks.includes("owners") ? owner : root;
      await inContainer(engine(), { ...settings, fix_upload_owner }, async (communicator, id) => {
        await communicator.upload("/tmp/file", Readable.from(["x"]));
        await communicator.uploadDirectory("/tmp/folder", folder.path, []);
        for (const path of ["/tmp/file", "/tmp/folder", "/tmp/folder/Dockerfile"]) {
          expect(await entryAt(engine(), id, path)).toMatchObject(expected);
        }
      });
    }
  });

  it("refuses to upload for a user who is gone", async () => {
    const { image } = engine();
    await using folder = await temporaryFolder();
    const path = join(folder.path, "Dockerfile");
    const account = "echo web:x:2001:2002::/:/bin/sh >> /etc/passwd";
    await writeFile(path, `FROM ${image}\nRUN ${account}\nUSER web\n`);
    const settings = {
      ...{ image: undefined, network: "none", exec_user: "0" },
      build: { path, build_dir: folder.path, pull: false },
    };
    await inContainer(engine(), settings, async (communicator) => {
      await run(communicator, "echo root:x:0:0::/:/bin/sh > /etc/passwd");
      const upload = communicator.upload("/tmp/file", Readable.from(["x"]));
      await expect(upload).rejects.toMatchObject({ code: "TRANSFER_FAILED" });
      await expect(upload).rejects.toThrow(/"web".*fix_upload_owner = false/);
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

/** What the engine says of a file, seen past the communicator. */
async function entryAt({ address }: TestEngine, container: string, path: string) {
  const archive = extract();
  (await dockerAt(address).getContainer(container).getArchive({ path })).pipe(archive);
  for await (const entry of archive) {
    entry.resume();
    return { ...entry.header, mode: (entry.header.mode ?? 0) & 0o7777 };
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

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
