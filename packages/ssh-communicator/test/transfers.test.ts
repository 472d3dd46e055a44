import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { generateSshKeyPair, SshCommunicator } from "../src/index.ts";
import { type SshServer, startSshServer } from "./ssh-server.ts";

let folder: string;
let server: SshServer;
let communicator: SshCommunicator;

beforeAll(async () => {
  const pair = await generateSshKeyPair();
  server = await startSshServer({ authorizedKeys: [pair.publicKey] });
  communicator = new SshCommunicator({
    host: "127.0.0.1",
    port: server.port,
    username: "packer",
    privateKey: pair.privateKey,
    timeout: 5000,
    handshakeAttempts: 1,
    keepAliveInterval: 0,
    pty: false,
  });
});

afterAll(async () => {
  await communicator.close();
  await server.close();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ssh-communicator-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function infoOf(name: string, mode: number) {
  return { name, size: 0, mode, modifiedAt: new Date() };
}

describe("a file", () => {
  it("is uploaded with its mode, and downloaded again", async () => {
    const path = join(folder, "script.sh");
    await communicator.upload(path, Readable.from(["#!/bin/sh\n"]), infoOf("script.sh", 0o750));
    expect((await stat(path)).mode & 0o777).toBe(0o750);
    const output = new PassThrough();
    const [content] = await Promise.all([text(output), communicator.download(path, output)]);
    expect(content).toBe("#!/bin/sh\n");
  });

  it("takes its own name where the path is a folder's", async () => {
    await communicator.upload(`${folder}/`, Readable.from(["a"]), infoOf("name.txt", 0o644));
    expect(await readFile(join(folder, "name.txt"), "utf8")).toBe("a");
  });

  it("may be empty", async () => {
    const path = join(folder, "empty");
    await communicator.upload(path, Readable.from([]));
    const output = new PassThrough();
    const [content] = await Promise.all([text(output), communicator.download(path, output)]);
    expect(content).toBe("");
  });

  it("of 40 MB goes both ways byte for byte, in memory that does not grow with it", async () => {
    const path = join(folder, "big");
    const chunk = Buffer.from(Uint8Array.from({ length: 1_000_003 }, (_, index) => index % 251));
    const sent = createHash("sha256");
    const content = Readable.from(
      (function* () {
        for (let index = 0; index < 40; index++) {
          sent.update(chunk);
          yield chunk;
        }
      })(),
    );
    const before = process.memoryUsage().rss;
    await communicator.upload(path, content);
    const received = createHash("sha256");
    const output = new PassThrough();
    output.on("data", (data: Buffer) => received.update(data));
    await communicator.download(path, output);
    expect(received.digest("hex")).toBe(sent.digest("hex"));
    expect((await stat(path)).size).toBe(40 * chunk.length);
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });

  it.each([
    ["a folder that does not exist", "none/file", "could not upload to"],
    ["a place where a folder is", "", "could not upload to"],
  ])("to %s is one clear error", async (_, place, message) => {
    await expect(
      communicator.upload(join(folder, place), Readable.from(["a"])),
    ).rejects.toMatchObject({
      code: "SSH_TRANSFER_FAILED",
      message: expect.stringContaining(message),
    });
  });

  it("that does not exist cannot be downloaded", async () => {
    const path = join(folder, "none");
    await expect(communicator.download(path, new PassThrough())).rejects.toMatchObject({
      code: "SSH_TRANSFER_FAILED",
      message: expect.stringContaining(`could not download ${path} (packer@127.0.0.1:`),
    });
  });

  it("whose content breaks off is an error", async () => {
    const content = new Readable({
      read() {
        this.destroy(new Error("the source broke"));
      },
    });
    await expect(communicator.upload(join(folder, "half"), content)).rejects.toThrow(
      "source broke",
    );
  });

  it("is cancelled half-way with the reason", async () => {
    const endless = Readable.from(
      (async function* () {
        for (;;) yield Buffer.alloc(100_000);
      })(),
    );
    const signal = AbortSignal.timeout(50);
    const upload = communicator.upload(join(folder, "endless"), endless, undefined, { signal });
    await expect(upload).rejects.toThrow("aborted due to timeout");
  });
});

describe("a folder", () => {
  beforeEach(async () => {
    await mkdir(join(folder, "site/css"), { recursive: true });
    await writeFile(join(folder, "site/index.html"), "<p>it's here</p>");
    await writeFile(join(folder, "site/css/a.css"), "p {}");
    await writeFile(join(folder, "site/run.sh"), "#!/bin/sh");
    await chmod(join(folder, "site/run.sh"), 0o755);
    await writeFile(join(folder, "site/notes.tmp"), "scratch");
    await symlink("index.html", join(folder, "site/link.html"));
    await mkdir(join(folder, "remote"));
  });

  it("is uploaded into a folder of its name, without what is excluded, with modes", async () => {
    const remote = join(folder, "remote");
    await communicator.uploadDirectory(remote, join(folder, "site"), ["*.tmp"]);
    expect(await readFile(join(remote, "site/css/a.css"), "utf8")).toBe("p {}");
    expect(await readFile(join(remote, "site/link.html"), "utf8")).toBe("<p>it's here</p>");
    expect((await stat(join(remote, "site/run.sh"))).mode & 0o777).toBe(0o755);
    await expect(stat(join(remote, "site/notes.tmp"))).rejects.toThrow("ENOENT");
  });

  it("whose path ends in a slash is uploaded as what is in it", async () => {
    const remote = join(folder, "remote");
    await communicator.uploadDirectory(remote, `${join(folder, "site")}/`, ["css/*"]);
    expect(await readFile(join(remote, "index.html"), "utf8")).toBe("<p>it's here</p>");
    await expect(stat(join(remote, "css/a.css"))).rejects.toThrow("ENOENT");
  });

  it("is downloaded into a folder of its name, links followed but for those that lead back up", async () => {
    const local = join(folder, "local");
    await symlink("..", join(folder, "site/css/up"));
    await communicator.downloadDirectory(`${join(folder, "site")}/`, local, ["*.tmp"]);
    expect(await readFile(join(local, "site/css/a.css"), "utf8")).toBe("p {}");
    expect(await readFile(join(local, "site/link.html"), "utf8")).toBe("<p>it's here</p>");
    expect((await stat(join(local, "site/run.sh"))).mode & 0o777).toBe(0o755);
    await expect(stat(join(local, "site/css/up"))).rejects.toThrow("ENOENT");
    await expect(stat(join(local, "site/notes.tmp"))).rejects.toThrow("ENOENT");
  });

  it("of many files is copied both ways", async () => {
    const many = join(folder, "many");
    await mkdir(many);
    const names = Array.from({ length: 60 }, (_, index) => `file-${index}`);
    await Promise.all(names.map((name) => writeFile(join(many, name), name)));
    await communicator.uploadDirectory(join(folder, "remote"), many, []);
    await communicator.downloadDirectory(join(folder, "remote/many"), join(folder, "back"), []);
    for (const name of names) {
      expect(await readFile(join(folder, "back/many", name), "utf8")).toBe(name);
    }
  });

  it("that does not exist is one clear error", async () => {
    const none = join(folder, "none");
    await expect(communicator.uploadDirectory("/srv", none, [])).rejects.toThrow("ENOENT");
    await expect(communicator.downloadDirectory(none, folder, [])).rejects.toThrow(
      `${none} does not exist`,
    );
  });
});
