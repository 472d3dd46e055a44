import { createCipheriv, createHash, type Hash } from "node:crypto";
import { PassThrough, Readable, Transform, Writable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import type { Communicator, Hook } from "@packerkit/plugin-protocol";
import { describe, expect, it } from "vitest";
import { RecordingUi } from "../fixtures/recording-ui.ts";
import { goSettings, startGoComponent } from "../src/go-plugin.ts";

/** Lends the communicator of a machine that a builder of the Go SDK's serves. */
async function onMachine(use: (communicator: Communicator) => Promise<void>): Promise<void> {
  await using plugin = await startGoComponent("builder");
  await plugin.component.prepare(goSettings(await plugin.component.configSpec(), "ok"));
  let work: Promise<void> | undefined;
  const run: Hook["run"] = (_name, _ui, communicator) => {
    if (communicator === undefined) throw new Error("the builder lends no communicator");
    work ??= use(communicator);
    return work;
  };
  try {
    await plugin.component.run(
      new RecordingUi(),
      { run },
      { signal: new AbortController().signal },
    );
  } catch (error) {
    await work; // Fails with what went wrong here, of which the builder knows the message only.
    throw error;
  }
  expect(work).toBeDefined();
}

/** Runs a command to its end: its output, its errors and its status. */
async function run(communicator: Communicator, command: string, stdin?: Readable) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  return await Promise.all([
    text(stdout),
    text(stderr),
    communicator.start({ command, stdout, stderr, ...(stdin && { stdin }) }),
  ]);
}

async function read(communicator: Communicator, path: string): Promise<string> {
  const file = new PassThrough();
  const [content] = await Promise.all([text(file), communicator.download(path, file)]);
  return content;
}

/** So many bytes that repeat for the same seed only. */
function random(seed: number, size: number): Readable {
  const piece = Buffer.alloc(50_000);
  const zeros = Readable.from(
    (function* () {
      for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, left);
    })(),
  );
  return zeros.pipe(createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16)));
}

/** Passes everything on, and feeds it to a hash on the way. */
function hashing(hash: Hash): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

describe("our communicator on a machine of the Go SDK's", () => {
  it("runs commands with input, output, errors and exit status", () =>
    onMachine(async (communicator) => {
      expect(await run(communicator, "echo hello")).toEqual(["hello\n", "", 0]);
      expect(await run(communicator, "warn careful")).toEqual(["", "careful\n", 0]);
      const stdin = Readable.from(["typed", " in"]);
      expect(await run(communicator, "cat", stdin)).toEqual(["typed in", "", 0]);
      expect(await run(communicator, "exit 123456")).toEqual(["", "", 123_456]);
      expect(await run(communicator, "exit -1")).toEqual(["", "", -1]);
    }));

  it("tells that a command does not start", () =>
    onMachine(async (communicator) => {
      const broken = communicator.start({ command: "break" });
      await expect(broken).rejects.toMatchObject({
        code: "REMOTE_ERROR",
        message: "the machine is broken",
      });
    }));

  it("lets go of a command that is cancelled", () =>
    onMachine(async (communicator) => {
      const cancel = new AbortController();
      const stdin = new PassThrough();
      const stdout = new PassThrough().once("data", () => cancel.abort(new Error("enough")));
      stdin.write("not the end");
      const command = communicator.start({ command: "cat", stdin, stdout }, cancel);
      await expect(command).rejects.toThrow("enough");
      expect(await run(communicator, "echo hello")).toEqual(["hello\n", "", 0]);
    }));

  it("uploads and downloads files, with what is known of them", () =>
    onMachine(async (communicator) => {
      const modifiedAt = new Date(1_700_000_000_123);
      const info = { name: "program", size: 2 ** 33, mode: 0o4755, modifiedAt };
      await communicator.upload("/small", Readable.from(["small"]), info);
      expect(await read(communicator, "/small")).toBe("small");
      expect(await read(communicator, "/info/small")).toBe("program 8589934592 4755 1700000000123");
      await communicator.upload("/empty", Readable.from([]));
      expect(await read(communicator, "/empty")).toBe("");
    }));

  it("tells that a file cannot be read or written", () =>
    onMachine(async (communicator) => {
      const missing = communicator.download("/missing", new PassThrough());
      await expect(missing).rejects.toThrow("no such file: /missing");
      const readOnly = communicator.upload("/readonly", random(1, 10_000_000));
      await expect(readOnly).rejects.toThrow("the file system is read-only");
    }));

  it("uploads and downloads folders, and tells that one is not there", () =>
    onMachine(async (communicator) => {
      await communicator.uploadDirectory("/to", "/from", ["a", "b"]);
      expect(await read(communicator, "/to")).toBe("up from /from without a,b");
      await communicator.downloadDirectory("/from", "/to", ["c"]);
      expect(await read(communicator, "/from")).toBe("down to /to without c");
      const nowhere = "no such directory: /nowhere";
      await expect(communicator.uploadDirectory("/to", "/nowhere", [])).rejects.toThrow(nowhere);
      await expect(communicator.downloadDirectory("/nowhere", "/to", [])).rejects.toThrow(nowhere);
    }));

  it("carries 100 MB both ways with the same SHA-256", () =>
    onMachine(async (communicator) => {
      const [sent, received] = [createHash("sha256"), createHash("sha256")];
      await communicator.upload("/bulk", random(1, 100_000_000).pipe(hashing(sent)));
      const digest = sent.digest("hex");
      expect(await read(communicator, "/digest/bulk")).toBe(digest);

      let size = 0;
      const sink = new Writable({
        write(chunk: Buffer, _encoding, done) {
          size += chunk.length;
          received.update(chunk);
          done();
        },
      });
      await communicator.download("/bulk", sink);
      expect([received.digest("hex"), size]).toEqual([digest, 100_000_000]);
    }));

  it("carries eight commands' input and output at a time", () =>
    onMachine(async (communicator) => {
      const commands = Array.from({ length: 8 }, async (_, seed) => {
        const stdout = new PassThrough();
        const stdin = random(seed, 4_000_000);
        const [output, status] = await Promise.all([
          buffer(stdout),
          communicator.start({ command: "cat", stdin, stdout }),
        ]);
        const same = output.equals(await buffer(random(seed, 4_000_000)));
        return { status, same };
      });
      expect(await Promise.all(commands)).toEqual(Array(8).fill({ status: 0, same: true }));
    }));
});
