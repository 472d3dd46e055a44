import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peersCacheFolder } from "./cache.ts";
import { describeFailure, startCommand } from "./command.ts";
import { startDaemon } from "./daemon.ts";
import { repositoryRoot } from "./paths.ts";

const COMMAND = `${repositoryRoot}/packages/registry/src/command/bin.ts`;

/** The servers of a test are many, and start in half the time with what the first one compiled. */
const COMPILE_CACHE = `${peersCacheFolder()}/registry-compile-cache`;

/** Where a registry of a test keeps what it stores, from one server to the next. */
export type RegistryStore = { folder: string } | { databaseUrl: string };

/** The variables that lead a client to a registry; see docs/registry.md. */
export type RegistryEnvironment = Readonly<Record<string, string>>;

/** Where a server listens: the next one on the same store takes the same ports. */
export interface RegistryPorts {
  port: number;
  tlsPort: number;
}

/** `packerkit-registry serve` in a process of its own. */
export interface RegistryServer {
  readonly url: string;
  readonly ports: RegistryPorts;
  /** Signs in the first principal, where this is the store's first server. */
  readonly environment: RegistryEnvironment;
  /** `kill -9`. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** An empty store in a new folder, which `remove` removes. */
export async function newStoreFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "pk-registry-store-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Starts a server on a store, and waits until it listens.
 *
 * @param options Further options of `serve`.
 */
export async function startRegistryServer(
  store: RegistryStore,
  ports: RegistryPorts = { port: 0, tlsPort: 0 },
  options: readonly string[] = [],
): Promise<RegistryServer> {
  const { port, tlsPort } = ports.port === 0 ? await freePorts() : ports;
  const args = ["serve", "--json", "--port", `${port}`, "--tls-port", `${tlsPort}`, ...options];
  const daemon = await startDaemon({
    peer: "packerkit-registry",
    command: async () => [...commandOn(store), ...args, ...folderOption(store)],
    probe: printed,
    readyWithin: 60_000,
  });
  const { url, environment } = await printed(daemon.folder);
  return { url, environment, ports: { port, tlsPort }, kill: daemon.kill, stop: daemon.stop };
}

/** Runs another command of `packerkit-registry` on a store, and answers what it printed. */
export async function runRegistryCommand(
  store: RegistryStore,
  args: readonly string[],
): Promise<string> {
  const [program, ...rest] = commandOn(store) as [string, ...string[]];
  const result = await startCommand(program, [...rest, ...args, ...folderOption(store)]);
  if (result.failed) throw new Error(`packerkit-registry failed: ${describeFailure(result)}`);
  return result.stdout;
}

/** Makes a principal of a project while the store's server runs, and answers what signs it in there. */
export async function createPrincipal(
  store: RegistryStore,
  { environment }: RegistryServer,
  options: { role: "viewer" | "contributor" | "admin"; project?: string },
): Promise<RegistryEnvironment> {
  const { role, project = "default" } = options;
  const args = ["principal", "create", "--name", role, "--role", role, "--project", project];
  const created = JSON.parse(await runRegistryCommand(store, [...args, "--json"]));
  return { ...environment, ...created.environment };
}

function commandOn(store: RegistryStore): string[] {
  const database = "folder" in store ? [] : [`DATABASE_URL=${store.databaseUrl}`];
  return registryCommand(database);
}

/** The command line of `packerkit-registry`, with further variables. */
export function registryCommand(variables: readonly string[] = []): string[] {
  return ["env", `NODE_COMPILE_CACHE=${COMPILE_CACHE}`, ...variables, process.execPath, COMMAND];
}

function folderOption(store: RegistryStore): string[] {
  return "folder" in store ? ["--folder", store.folder] : [];
}

async function printed(folder: string): Promise<{ url: string; environment: RegistryEnvironment }> {
  const lines = (await readFile(`${folder}/log`, "utf8")).split("\n");
  const line = lines.find((text) => text.startsWith('{"url":'));
  if (line === undefined) throw new Error("it does not say yet where it listens");
  return JSON.parse(line);
}

/** Below the ports that the system gives to outgoing connections, which could take one between two servers. */
export async function freePorts(): Promise<RegistryPorts> {
  return { port: await freePort(), tlsPort: await freePort() };
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port }, () => server.close(() => resolve(true)));
  });
}
