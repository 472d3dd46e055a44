import { PassThrough, Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitOutput } from "../src/output-frames.ts";

function frame(stream: number, content: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

/** Cuts bytes at the given places. */
function* pieces(bytes: Buffer, cuts: readonly number[]): Generator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let begin = 0;
  for (const end of [...places, bytes.length]) {
    if (end > begin) yield bytes.subarray(begin, end);
    begin = Math.max(begin, end);
  }
}

async function split(source: Iterable<Buffer>): Promise<{ stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const splitting = splitOutput(Readable.from(source), stdout, stderr).finally(() => {
    stdout.end();
    stderr.end();
  });
  const [out, err] = await Promise.all([text(stdout), text(stderr), splitting]);
  return { stdout: out, stderr: err };
}

describe("a command's output", () => {
  it("is told apart however the bytes arrive", async () => {
    const output = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 })));
    await fc.assert(
      fc.asyncProperty(output, fc.array(fc.nat(500)), async (frames, cuts) => {
        const ascii = frames.map(
          ([stream, bytes]) => [stream, bytes.map((byte) => byte % 128)] as const,
        );
        const bytes = Buffer.concat(ascii.map(([stream, content]) => frame(stream, content)));
        const of = (wanted: number) =>
          Buffer.concat(
            ascii.filter(([stream]) => stream === wanted).map(([, content]) => content),
          ).toString();
        expect(await split(pieces(bytes, cuts))).toEqual({ stdout: of(1), stderr: of(2) });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["breaks off within a frame", frame(1, Buffer.from("whole")).subarray(0, 10), /broke off/],
    ["breaks off within a header", Buffer.from([1, 0, 0]), /broke off/],
    ["is of an unknown stream", frame(9, Buffer.from("x")), /unknown stream 9/],
  ])("is refused where it %s", async (_, bytes, reason) => {
    await expect(split([bytes])).rejects.toThrow(reason);
  });

  it("is passed on without waiting for the rest of a frame of 4 GiB", async () => {
    const header = Buffer.from([1, 0, 0, 0, 255, 255, 255, 255]);
    const source = new PassThrough();
    const stdout = new PassThrough();
    const splitting = splitOutput(source, stdout, undefined);
    source.write(Buffer.concat([header, Buffer.from("begun")]));
    const [first] = (await stdout.take(1).toArray()) as Buffer[];
    expect(String(first)).toBe("begun");
    source.destroy();
    await expect(splitting).rejects.toThrow();
  });

  it("goes on where a reader goes away", async () => {
    const gone = new Writable({ highWaterMark: 1, write: () => {} });
    const stderr = new PassThrough();
    const source = [frame(1, Buffer.alloc(1000)), frame(2, Buffer.from("still here"))];
    const splitting = splitOutput(Readable.from(source), gone, stderr);
    setTimeout(() => gone.destroy(), 20);
    await splitting;
    stderr.end();
    expect(await text(stderr)).toBe("still here");
  });
});
