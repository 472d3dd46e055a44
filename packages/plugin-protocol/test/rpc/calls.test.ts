import { encode } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import { RpcClient } from "../../src/rpc/client.ts";
import { type RpcMethods, type RpcServerOptions, serveRpc } from "../../src/rpc/server.ts";
import { memoryPair } from "../support/transport.ts";

function connected(methods: RpcMethods, options?: RpcServerOptions) {
  const [near, far] = memoryPair();
  const served = serveRpc(far, methods, options);
  return { client: new RpcClient(near), served, near, far };
}

test("arguments and results are what the other side gave", async () => {
  const { client } = connected(new Map([["Echo.Back", (argument: unknown) => argument]]));
  const value = {
    Text: "ümläut ☀",
    List: [1, -1, 1.5, true, null],
    Bytes: Buffer.from([1, 2, 3]),
    Time: new Date(1_700_000_000_123),
    Large: 2 ** 40,
  };
  const back = await client.call("Echo.Back", value);
  expect(back).toEqual(value);
  expect(await client.call("Echo.Back")).toBeNull();
  expect(await client.call("Echo.Back", { Here: 1, Gone: undefined })).toEqual({ Here: 1 });
});

test("ten thousand calls at a time are answered in any order", async () => {
  const methods: RpcMethods = new Map([
    [
      "Late.Answer",
      async (argument) => {
        const number = argument as number;
        if (number % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        return number * 2;
      },
    ],
  ]);
  const { client } = connected(methods, { maxCalls: 20_000 });
  const order: number[] = [];
  const answers = await Promise.all(
    Array.from({ length: 10_000 }, async (_, number) => {
      const answer = await client.call("Late.Answer", number);
      order.push(number);
      return answer;
    }),
  );
  expect(answers).toEqual(answers.map((_, number) => number * 2));
  expect(order).not.toEqual(order.toSorted((a, b) => a - b));
});

test("what a method throws is the call's error, and the connection goes on", async () => {
  const methods: RpcMethods = new Map<string, () => unknown>([
    [
      "Fail.Plain",
      () => {
        throw new Error("out of disk");
      },
    ],
    ["Fail.Empty", () => Promise.reject(new TypeError(""))],
    ["Fail.Unsendable", () => 10n],
    ["Fine.Thanks", () => "yes"],
  ]);
  const { client } = connected(methods);
  await expect(client.call("Fail.Plain")).rejects.toMatchObject({
    name: "RemoteError",
    code: "REMOTE_ERROR",
    method: "Fail.Plain",
    message: "out of disk",
  });
  await expect(client.call("Fail.Empty")).rejects.toThrow("TypeError");
  await expect(client.call("Fail.Unsendable")).rejects.toThrow("cannot be sent");
  await expect(client.call("No.Such")).rejects.toThrow('unknown method "No.Such"');
  await expect(client.call("Fine.Thanks", () => 1)).rejects.toMatchObject({ code: "NOT_SENDABLE" });
  expect(await client.call("Fine.Thanks")).toBe("yes");
});

test("calls beyond the limit are answered with an error", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { client } = connected(new Map([["Wait.Here", () => promise]]), { maxCalls: 2 });
  const waiting = [client.call("Wait.Here"), client.call("Wait.Here")];
  await expect(client.call("Wait.Here")).rejects.toThrow("2 calls are running already");
  resolve("done");
  expect(await Promise.all(waiting)).toEqual(["done", "done"]);
});

test("when the connection is lost every call that waits fails, and later ones too", async () => {
  const { client, far } = connected(new Map([["Wait.Here", () => new Promise(() => {})]]));
  const waiting = [client.call("Wait.Here"), client.call("Wait.Here")];
  far.destroy();
  for (const call of waiting) {
    await expect(call).rejects.toMatchObject({ code: "SESSION_CLOSED" });
    await expect(call).rejects.toThrow("Wait.Here got no answer");
  }
  await expect(client.call("Wait.Here")).rejects.toMatchObject({ code: "SESSION_CLOSED" });
});

test("when the client ends, calls that run are still answered", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { client, served, near } = connected(new Map([["Wait.Here", () => promise]]));
  const call = client.call("Wait.Here");
  near.end();
  resolve("late");
  expect(await call).toBe("late");
  expect(await served).toBeUndefined();
});

test("a server whose answers nobody reads takes no more calls", async () => {
  const [near, far] = memoryPair();
  let calls = 0;
  const big = Buffer.alloc(100_000);
  serveRpc(
    far,
    new Map([
      [
        "Give.Much",
        () => {
          calls++;
          return big;
        },
      ],
    ]),
    { maxCalls: 100 },
  );
  const request = Buffer.concat([encode({ ServiceMethod: "Give.Much", Seq: 1 }), encode(null)]);
  for (let sent = 0; sent < 5_000; sent++) near.write(request);
  let before = -1;
  while (before !== calls) {
    before = calls;
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(calls).toBeLessThanOrEqual(100);
  expect(far.writableLength).toBeLessThan(100 * 110_000);
});

test("headers are what Go's codec sends", async () => {
  const [near, far] = memoryPair();
  const client = new RpcClient(near);
  client.call("Artifact.Id").catch(() => {});
  const sent = await new Promise<Buffer>((resolve) => far.once("data", resolve));
  expect(sent.toString("hex")).toBe(
    Buffer.concat([encode({ ServiceMethod: "Artifact.Id", Seq: 0 }), encode(null)]).toString("hex"),
  );
});
