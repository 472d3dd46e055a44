import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DockerError, readEngineAddress } from "../src/index.ts";
import { temporaryFolder } from "./harness.ts";

describe("the engine's address", () => {
  it.each([
    ["unix:///run/my.sock", "unix:///run/my.sock", { socketPath: "/run/my.sock" }],
    [
      "tcp://10.0.0.1:2375",
      "tcp://10.0.0.1:2375",
      { protocol: "http", host: "10.0.0.1", port: 2375 },
    ],
    ["10.0.0.1:9999", "tcp://10.0.0.1:9999", { protocol: "http", host: "10.0.0.1", port: 9999 }],
    ["tcp://engine", "tcp://engine:2375", { protocol: "http", host: "engine", port: 2375 }],
    ["tcp://engine:80", "tcp://engine:80", { protocol: "http", host: "engine", port: 80 }],
    ["https://engine:443", "https://engine:443", { protocol: "https", host: "engine", port: 443 }],
    ["tcp://[::1]:2375", "tcp://[::1]:2375", { protocol: "http", host: "::1", port: 2375 }],
  ])("is read from %s", (given, url, connection) => {
    const environment = { DOCKER_HOST: "tcp://ignored:1", DOCKER_CERT_PATH: "/no/such" };
    expect(readEngineAddress(given, environment)).toEqual({ url, connection });
  });

  it("comes from DOCKER_HOST where none is given", () => {
    const { connection } = readEngineAddress(undefined, { DOCKER_HOST: "unix:///run/other.sock" });
    expect(connection).toEqual({ socketPath: "/run/other.sock" });
  });

  it("is the default socket where nothing is said", () => {
    const { connection } = readEngineAddress(undefined, {});
    expect(connection).toMatchObject({ socketPath: expect.stringMatching(/docker/) });
  });

  it("uses TLS with the certificates of DOCKER_CERT_PATH", async () => {
    await using folder = await temporaryFolder();
    for (const name of ["ca", "cert", "key"])
      await writeFile(join(folder.path, `${name}.pem`), name);
    const environment = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: folder.path };
    expect(readEngineAddress("tcp://engine", environment).connection).toEqual({
      protocol: "https",
      host: "engine",
      port: 2376,
      ca: Buffer.from("ca"),
      cert: Buffer.from("cert"),
      key: Buffer.from("key"),
    });
    await mkdir(join(folder.path, "bad/ca.pem"), { recursive: true });
    const bad = { ...environment, DOCKER_CERT_PATH: join(folder.path, "bad") };
    expect(() => readEngineAddress("tcp://engine", bad)).toThrow(/ca\.pem.*DOCKER_CERT_PATH/);
  });

  it.each([
    "ssh://me@engine",
    "gopher://engine",
    "tcp://",
    "tcp://a:b@engine:1",
    "tcp://engine:99999",
  ])("is refused where it is %s", (given) => {
    const error = catching(() => readEngineAddress(given, {}));
    expect(error).toBeInstanceOf(DockerError);
    expect(error).toMatchObject({ code: "ENGINE_ADDRESS" });
  });

  it("hides a password in an address that it refuses", () => {
    const error = catching(() => readEngineAddress("ssh://me:hunter2@engine", {}));
    expect(String(error)).not.toContain("hunter2");
  });
});

function catching(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
}
