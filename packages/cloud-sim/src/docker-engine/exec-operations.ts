import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import { goneClient } from "./container-operations.ts";
import type { Engine } from "./engine.ts";
import { outputStream, readInput, sendOutput } from "./exec-stream.ts";
import { claimExec, type Exec, type ExecOutput, type ExecRequest, runExec } from "./execs.ts";
import { bool, list, readBody, text } from "./input.ts";
import type { Operations } from "./route.ts";

const RAW_STREAM = "application/vnd.docker.raw-stream";
const NOTHING = new Uint8Array(0);

/** Commands in containers. */
export function execOperations(engine: Engine): Operations {
  const { execs } = engine;
  return {
    ContainerExec: [
      "POST /containers/{id}/exec",
      async (exchange) => {
        const request = readExec(await readBody(exchange));
        const container = engine.containers.resolveRunning(exchange.parameter("id"));
        exchange.sendJson(201, { Id: execs.create(container, request).id });
      },
    ],
    ExecStart: ["POST /exec/{id}/start", (exchange) => start(engine, exchange)],
    ExecInspect: [
      "GET /exec/{id}/json",
      (exchange) => exchange.sendJson(200, showExec(execs.resolve(exchange.parameter("id")))),
    ],
  };
}

function readExec(body: Readonly<Record<string, unknown>>): ExecRequest {
  const command = list(body, "Cmd") ?? [];
  if (command.length === 0) throw new ApiError(400, "no_command", "No exec command specified");
  return {
    words: command,
    env: list(body, "Env") ?? [],
    workingDirectory: text(body, "WorkingDir"),
    user: text(body, "User"),
    privileged: bool(body, "Privileged"),
    tty: bool(body, "Tty"),
    attachStdin: bool(body, "AttachStdin"),
    attachStdout: bool(body, "AttachStdout"),
    attachStderr: bool(body, "AttachStderr"),
  };
}

function showExec({ id, container, request, status, exitStatus }: Exec) {
  return {
    ID: id,
    Running: status === "running",
    ExitCode: exitStatus ?? null,
    ProcessConfig: {
      tty: request.tty,
      entrypoint: request.words[0],
      arguments: request.words.slice(1),
      privileged: request.privileged,
      ...(request.user === "" ? {} : { user: request.user }),
    },
    OpenStdin: request.attachStdin,
    OpenStdout: request.attachStdout,
    OpenStderr: request.attachStderr,
    CanRemove: false,
    ContainerID: container.id,
    DetachKeys: "",
    Pid: status === "running" ? 1001 : 0,
  };
}

async function start({ execs }: Engine, exchange: Exchange): Promise<void> {
  const exec = execs.resolve(exchange.parameter("id"));
  const body = await readBody(exchange);
  if (bool(body, "Detach")) {
    claimExec(exec);
    // Nobody is there to be told of an error; the exit status tells of it.
    runExec(exec, NOTHING, exec.container.running).catch(() => {});
    exchange.sendEmpty(200);
  } else if (exchange.isUpgrade) {
    await startOnConnection(exec, exchange);
  } else {
    const output = await claimAndRun(exec, async () => NOTHING, goneClient(exchange));
    exchange.response.writeHead(200, { "content-type": RAW_STREAM, connection: "close" });
    await exchange.sendStream(outputStream(output, exec.request.tty));
  }
}

/** What the client gets to see. A command that cannot start says so there, as the engine's headers are gone by then. */
async function claimAndRun(
  exec: Exec,
  readStdin: () => Promise<Uint8Array>,
  gone: AbortSignal,
): Promise<ExecOutput> {
  try {
    claimExec(exec);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { stdout: Buffer.from(`${error.message}\r\n`), stderr: NOTHING };
  }
  const { stdout, stderr } = await runExec(exec, await readStdin(), gone);
  const { attachStdout, attachStderr } = exec.request;
  return { stdout: attachStdout ? stdout : NOTHING, stderr: attachStderr ? stderr : NOTHING };
}

/** Leaves HTTP: from here on, the connection is the command's input and output. */
async function startOnConnection(exec: Exec, exchange: Exchange): Promise<void> {
  const gone = goneClient(exchange);
  const headers = exchange.response.getHeaders();
  const connection = exchange.takeConnection();
  const lines = [
    "HTTP/1.1 101 UPGRADED",
    `Content-Type: ${RAW_STREAM}`,
    "Connection: Upgrade",
    "Upgrade: tcp",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  connection.write(`${lines.join("\r\n")}\r\n\r\n`);
  const readStdin = async () => (exec.request.attachStdin ? readInput(connection) : NOTHING);
  const output = await claimAndRun(exec, readStdin, gone);
  connection.resume();
  await sendOutput(outputStream(output, exec.request.tty), connection);
}
