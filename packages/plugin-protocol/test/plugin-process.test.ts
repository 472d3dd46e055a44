import { existsSync, readdirSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  describePlugin,
  formatHandshake,
  type Hook,
  parseHandshake,
  servePlugin,
  startPlugin,
} from "../src/index.ts";
import { configs, RecordingUi } from "./support/connection.ts";
import { fixtureDataSource } from "./support/fixture-components.ts";

const fixture = {
  file: process.execPath,
  leadingArguments: [fileURLToPath(new URL("support/fixture-plugin.ts", import.meta.url))],
};
const never = new AbortController().signal;
const noHook: Hook = { run: async () => {} };

function nodePlugin(source: string) {
  return { file: process.execPath, leadingArguments: ["-e", source, "--"] };
}

test("a plugin describes itself, with sorted names", async () => {
  expect(await describePlugin(fixture)).toEqual({
    version: "1.2.3",
    sdkVersion: "0.6.10",
    apiVersion: "x5.0",
    builders: ["a", "z"],
    postProcessors: ["a"],
    provisioners: ["a"],
    dataSources: ["a"],
    protocolVersion: "v2",
  });
});

describe("a plugin that does not describe itself is told why", () => {
  const cases: [string, string, string][] = [
    ["fails", "console.error('no disk'); process.exit(3)", "`describe` ended with 3\n  no disk"],
    ["answers something else", "console.log('hello')", '`describe` answered "hello\\n"'],
    ["leaves out a field", "console.log('{}')", "version should be a string"],
    ["lists no strings", `console.log('${wrongLists()}')`, "builders should be a list of strings"],
    [
      "answers without end",
      "const more = (e) => e || process.stdout.write('x'.repeat(1e5), more); more()",
      "`describe` ended with SIGKILL",
    ],
  ];
  test.each(cases)("%s", async (_name, source, message) => {
    await expect(describePlugin(nodePlugin(source))).rejects.toMatchObject({
      code: "PLUGIN_START",
      message: expect.stringContaining(message),
    });
  });
});

test("a plugin that is started builds, logs, and ends with its connection", async () => {
  const log: string[] = [];
  const plugin = await startPlugin({
    ...fixture,
    kind: "builder",
    name: "a",
    onLog: (line) => log.push(line),
  });
  await plugin.component.prepare(configs("ok"));
  const ui = new RecordingUi();
  const artifact = await plugin.component.run(ui, noHook, { signal: never });
  expect(await artifact?.id()).toBe("sunny:img-1");
  process.kill(plugin.pid, "SIGINT");
  process.kill(plugin.pid, "SIGTERM");
  expect(await artifact?.builderId()).toBe("fixture.builder");
  await plugin.close();
  expect(await plugin.exited).toBe(0);
  expect(log).toContain("the fixture starts");
});

test("a plugin that is killed fails the calls that wait for it", async () => {
  const plugin = await startPlugin({ ...fixture, kind: "builder", name: "a" });
  await plugin.component.prepare(configs("wait"));
  const ui = new RecordingUi((line) => line === "waiting" && process.kill(plugin.pid, "SIGKILL"));
  await expect(plugin.component.run(ui, noHook, { signal: never })).rejects.toMatchObject({
    code: "SESSION_CLOSED",
  });
  expect(await plugin.exited).toBe("SIGKILL");
  await plugin.close();
});

describe("a plugin that does not start is told why, and killed", () => {
  const cases: [string, string, string][] = [
    ["ends at once", "console.error('no licence'); process.exit(1)", "it ended (1)"],
    ["says something else", "console.log('hello'); setInterval(() => {}, 1e6)", '"hello"'],
    ["speaks another version", "console.log('6|0|unix|/x')", "version 6.0"],
    ["listens nowhere", "console.log('5|0|unix|/no/such/socket')", "ENOENT"],
    ["listens oddly", "console.log('5|0|udp|1.2.3.4:5')", "listens at udp"],
    ["says nothing", "setInterval(() => {}, 1e6)", "where it listens within 300 ms"],
  ];
  test.each(cases)("%s", async (_name, source, message) => {
    const start = startPlugin({
      ...nodePlugin(source),
      kind: "builder",
      name: "a",
      startTimeout: source.startsWith("setInterval") ? 300 : 10_000,
    });
    await expect(start).rejects.toMatchObject({
      code: "PLUGIN_START",
      message: expect.stringContaining(message),
    });
  });

  test("a file that is not there", async () => {
    const start = startPlugin({ file: "/no/such/plugin", kind: "builder", name: "a" });
    await expect(start).rejects.toThrow("spawn /no/such/plugin ENOENT");
  });
});

test("the socket is in a directory of this user alone, and gone once the connection is there", async () => {
  const before = new Set(readdirSync(tmpdir()));
  let directory = "";
  let mode = 0;
  await servePlugin(
    { kind: "datasource", component: fixtureDataSource() },
    {
      onListening(line) {
        const address = parseHandshake(line);
        if (address.network !== "unix") throw new Error(line);
        directory = dirname(address.path);
        mode = statSync(directory).mode & 0o777;
        connect(address.path).end().resume();
      },
    },
  ).catch(() => {}); // The connection ends without a word, which fails the accept.
  expect(mode).toBe(0o700);
  expect(existsSync(directory)).toBe(false);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("packer-plugin-"))).toEqual(
    [...before].filter((name) => name.startsWith("packer-plugin-")),
  );
});

test("nobody connects, so the plugin gives up and leaves nothing behind", async () => {
  let path = "";
  const serving = servePlugin(
    { kind: "datasource", component: fixtureDataSource() },
    {
      connectTimeout: 30,
      onListening(line) {
        path = line.split("|")[3] ?? "";
      },
    },
  );
  await expect(serving).rejects.toThrow("nobody connected to the plugin within 30 ms");
  expect(existsSync(dirname(path))).toBe(false);
});

test("on TCP the first free port of the range is taken", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { port: number };
  const lines: string[] = [];
  const served = { kind: "datasource", component: fixtureDataSource() } as const;
  const serving = servePlugin(served, {
    tcpPorts: { min: port, max: port + 50 },
    onListening(line) {
      lines.push(line);
      const address = parseHandshake(line);
      if (address.network === "tcp") connect(address.port, address.host).end().resume();
    },
  });
  await serving.catch(() => {}); // The connection ends without a word, which fails the accept.
  const address = parseHandshake(lines[0] ?? "");
  expect(address).toMatchObject({ network: "tcp", host: "127.0.0.1" });
  expect(address).not.toMatchObject({ port });
  await expect(
    servePlugin(served, { tcpPorts: { min: port, max: port }, onListening: () => {} }),
  ).rejects.toThrow(`no port from ${port} to ${port}`);
  taken.close();
});

test("handshake lines are read as they are written", () => {
  const addresses = [
    { network: "unix", path: "/tmp/with | bar" },
    { network: "tcp", host: "127.0.0.1", port: 10_000 },
  ] as const;
  for (const address of addresses)
    expect(parseHandshake(formatHandshake(address))).toEqual(address);
});

function wrongLists(): string {
  return JSON.stringify({ version: "1", sdk_version: "1", api_version: "x5.0", builders: [1] });
}
