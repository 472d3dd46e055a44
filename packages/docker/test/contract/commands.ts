import { PassThrough, Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { DISCONNECTED } from "@packerkit/plugin-sdk";
import { expect, it } from "vitest";
import { startFaultProxy } from "../fault-proxy.ts";
import { build, inContainer, run, type TestEngine } from "../harness.ts";

/** Declares how the communicator runs commands. */
export function describeCommands(engine: () => TestEngine): void {
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

  it("runs commands as exec_user", async () => {
    const { lacks = [] } = engine();
    await inContainer(engine(), { exec_user: "2001:2002" }, async (communicator) => {
      const { stdout } = await run(communicator, "id -u; id -g");
      expect(stdout).toBe(lacks.includes("owners") ? "0\n0\n" : "2001\n2002\n");
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

  it.each(["dropEarly", "dropAfter", "dropWithin"] as const)(
    "says of a command whose connection is lost that it had started: %s",
    async (fault) => {
      const calls: string[] = [];
      const isCommand = () => /^POST \/.*exec\/\w+\/start$/.test(calls.at(-1) ?? "");
      await using proxy = await startFaultProxy(
        engine().address,
        () => (isCommand() ? fault : undefined),
        calls,
      );
      await inContainer({ ...engine(), address: proxy.address }, {}, async (communicator) => {
        const stderr = new PassThrough();
        const running = communicator.start({ command: "echo out", stderr });
        await expect(running).rejects.toMatchObject({
          code: "CONNECTION_LOST",
          exitStatus: DISCONNECTED,
        });
        expect(await text(stderr)).toContain("see whether the engine still runs");
      });
    },
  );

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
