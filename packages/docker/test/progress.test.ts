import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import {
  boundedSayer,
  describePull,
  followBuild,
  readProgress,
  sizeSayer,
} from "../src/progress.ts";

async function entriesOf(chunks: Iterable<Buffer>) {
  return await Readable.from(readProgress(Readable.from(chunks))).toArray();
}

describe("the engine's progress", () => {
  it("is read however its bytes arrive", async () => {
    const bytes = Buffer.from('{"status":"größer"}\r\n\n{"status":"b","id":"1"}');
    expect(await entriesOf([...bytes].map((byte) => Buffer.from([byte])))).toEqual([
      { status: "größer" },
      { status: "b", id: "1" },
    ]);
  });

  it("ends with the error that it tells", async () => {
    const lines = ['{"status":"a"}\n{"error":"no space left on device"}\n{"status":"b"}\n'];
    await expect(entriesOf(lines.map((line) => Buffer.from(line)))).rejects.toThrow(
      "no space left on device",
    );
  });

  it.each([["no JSON"], ['{"status":']])("is refused where it is %s", async (line) => {
    await expect(entriesOf([Buffer.from(line)])).rejects.toThrow(SyntaxError);
  });

  it("is refused where a line has no end", async () => {
    const endless = Array.from({ length: 70 }, () => Buffer.alloc(65_536, "x"));
    await expect(entriesOf(endless)).rejects.toThrow("without an end");
  });

  it("of a pull is shown once a layer", () => {
    const lines = [
      { status: "Pulling from library/busybox", id: "latest" },
      { status: "Downloading", id: "abc" },
      { status: "Pull complete", id: "abc" },
      { status: "Digest: sha256:1" },
    ].map(describePull);
    expect(lines).toEqual([
      "Pulling from library/busybox",
      undefined,
      "abc: Pull complete",
      "Digest: sha256:1",
    ]);
  });

  it("is shown in a bounded number of printable lines", () => {
    const said: string[] = [];
    const say = boundedSayer({ say: (line) => void said.push(line) }, 2);
    for (const line of ["a\u001b[31mred", "b", "c", "d"]) say(line);
    expect(said).toEqual(["a [31mred", "b", "… (further progress is not shown)"]);
  });
});

describe("a build by BuildKit", () => {
  // Recorded from an engine: the step [2/3] begins, prints "hi", and ends; then the image.
  const step =
    "CsABCkdzaGEyNTY6ODBkZDkwYjk1YWY0ZjVkZWVhNTc3YWIyZmM3MGQ4YTk3ZWRkYTdhNjM1YmM3ZjE5ODQ5NTIwY2MwNjA5NDYwORJHc2hhMjU2OjA4YTAzZjNmZmU1ZmJhNDIxYTY0MDNjMzFlMTUzNDI1Y2VkNjMxZDEwODg2OGYzMGUwNDk4NWY5OWQ2OTMyNmUaHltzdGFnZS0wIDIvM10gUlVOIGVjaG8gd3cgPiAveCoMCJzijtgGEJn9k4wB";
  const output =
    "Gl4KR3NoYTI1NjoyNGVhMWE1ZGFmMjZjMGM0ZmViODBiYTQ1OWZkMjQwZmE2ZDBmOGFjNDcwYTEwZjRmZmIwMzU1NThkNDFjZDIwEgwI6OKO2AYQzs3h9QEYASIDaGkK";
  const trace = (aux: string) => `${JSON.stringify({ id: "moby.buildkit.trace", aux })}\n`;
  const image = `${JSON.stringify({ id: "moby.image.id", aux: { ID: "sha256:f031" } })}\n`;

  it("tells its steps, what they print, and the image's id", async () => {
    const lines: string[] = [];
    const stream = Readable.from(
      [trace(step), trace(output), image].map((line) => Buffer.from(line)),
    );
    expect(await followBuild(stream, (line) => lines.push(line))).toBe("sha256:f031");
    expect(lines).toEqual(["[stage-0 2/3] RUN echo ww > /x", "hi", ""]);
  });

  it("is refused where no image is named or a message cannot be read", async () => {
    const without = Readable.from([Buffer.from(trace(step))]);
    await expect(followBuild(without, () => {})).rejects.toThrow("which image");
    const broken = Readable.from([Buffer.from(trace("CsAB"))]);
    await expect(followBuild(broken, () => {})).rejects.toThrow();
  });
});

it("a file that grows is told of each time that it has doubled, from 64 MiB on", () => {
  const lines: string[] = [];
  const say = sizeSayer({ say: (line) => void lines.push(line) }, "Exported");
  for (const mebibytes of [1, 63, 64, 65, 127, 300, 511, 512]) say(mebibytes * 1024 * 1024);
  expect(lines).toEqual(["67", "315", "537"].map((size) => `Exported ${size} MB so far`));
});
