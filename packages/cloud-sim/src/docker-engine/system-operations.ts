import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Engine } from "./engine.ts";
import { readBody, text } from "./input.ts";
import { API_VERSION, ENGINE_VERSION, MIN_API_VERSION } from "./model.ts";
import type { Operations } from "./route.ts";

const KERNEL = "6.1.0-stand-in";

/** What concerns the engine as a whole. */
export function systemOperations(engine: Engine): Operations {
  return {
    SystemPing: ["GET /_ping", ping],
    SystemPingHead: ["HEAD /_ping", ping],
    SystemVersion: ["GET /version", (exchange) => exchange.sendJson(200, version())],
    SystemInfo: ["GET /info", (exchange) => exchange.sendJson(200, info(engine))],
    SystemAuth: ["POST /auth", (exchange) => authenticate(engine, exchange)],
    Session: ["POST /session", openSession],
  };
}

function ping({ response }: Exchange): void {
  response.writeHead(200, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-cache, no-store, must-revalidate",
    "content-length": 2,
  });
  response.end("OK");
}

function version() {
  const facts = {
    Version: ENGINE_VERSION,
    ApiVersion: API_VERSION,
    MinAPIVersion: MIN_API_VERSION,
    Os: "linux",
    Arch: "amd64",
    KernelVersion: KERNEL,
    GitCommit: "stand-in",
    GoVersion: "none",
    BuildTime: "2024-01-01T00:00:00.000000000+00:00",
  };
  return {
    Platform: { Name: "" },
    Components: [{ Name: "Engine", Version: ENGINE_VERSION, Details: facts }],
    ...facts,
  };
}

function info(engine: Engine) {
  const containers = engine.containers.all();
  const running = containers.filter(({ isRunning }) => isRunning).length;
  return {
    ID: "STAN:DINX:CLOU:DSIM",
    Name: "stand-in",
    Containers: containers.length,
    ContainersRunning: running,
    ContainersPaused: 0,
    ContainersStopped: containers.length - running,
    Images: engine.images.all().length,
    Driver: "memory",
    OperatingSystem: "Docker Engine stand-in",
    OSType: "linux",
    Architecture: "x86_64",
    KernelVersion: KERNEL,
    ServerVersion: ENGINE_VERSION,
    NCPU: 1,
    MemTotal: 1024 * 1024 * 1024,
    IndexServerAddress: "https://index.docker.io/v1/",
    Labels: [],
    Warnings: null,
  };
}

async function authenticate(engine: Engine, exchange: Exchange): Promise<void> {
  const body = await readBody(exchange);
  const shown = { username: text(body, "username"), password: text(body, "password") };
  if (!engine.registry.admits(shown)) {
    throw new ApiError(401, "unauthorized", "unauthorized: incorrect username or password");
  }
  exchange.sendJson(200, { IdentityToken: "", Status: "Login Succeeded" });
}

/** The channel on which BuildKit would ask the client for credentials and files; this engine asks for nothing. */
function openSession(exchange: Exchange): void {
  if (!exchange.isUpgrade) {
    throw new ApiError(400, "no_upgrade", "error reading body: a session needs an upgrade to h2c");
  }
  const connection = exchange.takeConnection();
  connection.write(
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
  );
  connection.on("end", () => connection.end()).resume();
}
