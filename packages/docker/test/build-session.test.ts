import { connect as connectHttp2 } from "node:http2";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveSession } from "../src/build-session.ts";

const credentials = {
  username: "ada",
  password: "lovelace",
  serveraddress: "https://registry.example:5000/v2/",
};

describe("a build's session", () => {
  let socket: Socket;
  let close: () => void;

  beforeEach(async () => {
    const server = createServer((connection) => serveSession(connection, credentials));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    close = () => {
      socket.destroy();
      server.close();
    };
  });
  afterEach(() => close());

  /** Asks as gRPC does, and answers the status and the fields of the answer. */
  async function ask(path: string, question: Uint8Array) {
    const session = connectHttp2("http://localhost", { createConnection: () => socket });
    const stream = session.request({ ":method": "POST", ":path": path, te: "trailers" });
    let status = "";
    stream.on("response", (headers) => {
      status ||= String(headers["grpc-status"] ?? "");
    });
    stream.on("trailers", (trailers) => {
      status = String(trailers["grpc-status"]);
    });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(question.length, 1);
    stream.end(Buffer.concat([prefix, question]));
    const bytes = (await buffer(stream)).subarray(5);
    session.close();
    const fields: Record<number, unknown> = {};
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      fields[field] = type === 0 ? reader.int32() : reader.string();
    }
    return { status, fields };
  }

  const host = (name: string) => new BinaryWriter().tag(1, 2).string(name).finish();

  it("tells the credentials to the registry that they are for", async () => {
    expect(await ask("/moby.filesync.v1.Auth/Credentials", host("registry.example:5000"))).toEqual({
      status: "0",
      fields: { 1: "ada", 2: "lovelace" },
    });
  });

  it.each(["registry.example", "registry-1.docker.io", "evil.example", ""])(
    "tells none to %j",
    async (name) => {
      expect(await ask("/moby.filesync.v1.Auth/Credentials", host(name))).toEqual({
        status: "0",
        fields: {},
      });
    },
  );

  it("says that it is well", async () => {
    expect(await ask("/grpc.health.v1.Health/Check", new Uint8Array())).toEqual({
      status: "0",
      fields: { 1: 1 },
    });
  });

  it("declines everything else", async () => {
    expect(await ask("/moby.filesync.v1.FileSync/DiffCopy", new Uint8Array())).toEqual({
      status: "12",
      fields: {},
    });
  });

  it("ends with a connection that speaks something else", async () => {
    socket.write("GET / HTTP/1.1\r\n\r\n");
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(socket.destroyed).toBe(true);
  });
});
