import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RpcClient } from "../../src/rpc/client.ts";
import { type RpcMethods, serveRpc } from "../../src/rpc/server.ts";
import { memoryPair } from "../support/transport.ts";

const methods: RpcMethods = new Map([["Echo.Back", (argument: unknown) => argument]]);

describe("an answer that cannot be taken ends the connection, and the error says why", () => {
  const cases: [string, unknown[], string][] = [
    [
      "one that nobody asked for",
      [{ ServiceMethod: "Ui.Say", Seq: 77, Error: "" }, null],
      'nobody asked for: "Ui.Say" with sequence number 77',
    ],
    ["a header that is a list", [[1], null], "is not a map"],
    ["a method that is a number", [{ ServiceMethod: 1, Seq: 0 }, null], "ServiceMethod"],
    ["a negative sequence number", [{ ServiceMethod: "a", Seq: -1 }, null], "not a count: -1"],
    ["a sequence number beyond 53 bits", [{ Seq: 2 ** 60 }, null], "not a count"],
    ["an error that is a map", [{ Seq: 0, Error: {} }, null], "Error that is not a string"],
  ];
  test.each(cases)("%s", async (_name, values, message) => {
    const [near, far] = memoryPair();
    const client = new RpcClient(near);
    const call = client.call("Wait.Here");
    far.write(Buffer.concat(values.map((value) => encode(value))));
    await expect(call).rejects.toMatchObject({ code: "SESSION_CLOSED" });
    await expect(call).rejects.toThrow(message);
    expect(near.destroyed).toBe(true);
  });
});

test("the second answer to one call ends the connection", async () => {
  const [near, far] = memoryPair();
  const client = new RpcClient(near);
  const call = client.call("Artifact.Id");
  const answer = Buffer.concat([encode({ ServiceMethod: "", Seq: 0 }), encode("id")]);
  far.write(Buffer.concat([answer, answer]));
  expect(await call).toBe("id");
  await expect(client.call("Artifact.Id")).rejects.toThrow("nobody asked for");
});

test("a body with a key that would change prototypes is refused, and the connection goes on", async () => {
  const [near, far] = memoryPair();
  serveRpc(far, methods);
  const answers = new Promise<Buffer>((resolve) => near.once("data", resolve));
  const poison = Buffer.from(encode({ aaaaaaaaa: { admin: true } }));
  poison.write("__proto__", 2);
  near.write(Buffer.concat([encode({ ServiceMethod: "Echo.Back", Seq: 5 }), poison]));
  expect((await answers).toString()).toContain("__proto__");
  expect(far.destroyed).toBe(false);
});

test("a stream that ends inside a message is reported", async () => {
  const [near, far] = memoryPair();
  const served = serveRpc(far, methods);
  near.end(encode({ ServiceMethod: "Echo.Back", Seq: 1 }));
  expect(await served).toMatchObject({ code: "SESSION_CLOSED" });
});

test("whatever bytes come, the server ends or waits, and keeps nothing beyond its limits", async () => {
  const anyHeader = fc.oneof(
    fc.record({
      ServiceMethod: fc.oneof(fc.constant("Echo.Back"), fc.string(), fc.integer()),
      Seq: fc.oneof(fc.nat(), fc.integer(), fc.constant(2 ** 60), fc.constant(null)),
    }),
    fc.anything({ maxDepth: 2 }),
  );
  const message = fc
    .tuple(anyHeader, fc.anything({ maxDepth: 3 }))
    .map((values) => Buffer.concat(values.map((value) => encode(value))));
  const input = fc
    .array(
      fc.oneof(
        message,
        fc.uint8Array({ maxLength: 60 }).map((noise) => Buffer.from(noise)),
      ),
    )
    .map((parts) => Buffer.concat(parts));
  await fc.assert(
    fc.asyncProperty(input, fc.nat(), async (bytes, cut) => {
      const [near, far] = memoryPair();
      near.resume().on("error", () => {});
      const served = serveRpc(far, methods, { maxBytes: 1_000, maxDepth: 10, maxValues: 100 });
      const at = bytes.length === 0 ? 0 : cut % bytes.length;
      near.write(bytes.subarray(0, at));
      near.end(bytes.subarray(at));
      const error = await served;
      if (error !== undefined) expect(error).toMatchObject({ name: "ProtocolError" });
    }),
    { numRuns: 400 },
  );
});
