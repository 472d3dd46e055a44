import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import { goneClient } from "./container-operations.ts";
import type { Engine } from "./engine.ts";
import { MAX_STDIN_BYTES, outputStream, readInput, sendOutput } from "./exec-stream.ts";
import { claimExec, type Exec, type ExecOutput, type ExecRequest, runExec } from "./execs.ts";
import { bool, readBody, text, words } from "./input.ts";
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
  const command = words(body, "Cmd") ?? [];
  if (command.length === 0) throw new ApiError(400, "no_command", "No exec command specified");
  return {
    words: command,
    env: words(body, "Env") ?? [],
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
  claimExec(exec);
  if (bool(body, "Detach")) {
    void runExec(exec, NOTHING, exec.container.running);
    exchange.sendEmpty(200);
  } else if (exchange.isUpgrade) {
    await startOnConnection(exec, exchange);
  } else {
    const output = await runExec(exec, NOTHING, goneClient(exchange));
    exchange.response.writeHead(200, { "content-type": RAW_STREAM, connection: "close" });
    await exchange.sendStream(outputStream(attached(exec, output), exec.request.tty));
  }
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
  const stdin = exec.request.attachStdin ? await readInput(connection) : NOTHING;
  connection.resume();
  if (stdin === undefined) {
    exec.status = "ended";
    exec.exitStatus = 1;
    const stderr = Buffer.from(`the stand-in takes at most ${MAX_STDIN_BYTES} bytes of input\n`);
    await sendOutput(outputStream({ stdout: NOTHING, stderr }, exec.request.tty), connection);
    return;
  }
  const output = await runExec(exec, stdin, gone);
  await sendOutput(outputStream(attached(exec, output), exec.request.tty), connection);
}

/** The streams that the client asked for. */
function attached({ request }: Exec, { stdout, stderr }: ExecOutput) {
  return {
    stdout: request.attachStdout ? stdout : NOTHING,
    stderr: request.attachStderr ? stderr : NOTHING,
  };
}
