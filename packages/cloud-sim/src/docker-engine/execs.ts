import { randomBytes } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import type { Container } from "./container.ts";
import { environmentOf } from "./model.ts";
import { NoSuchProgram, runProcess } from "./process.ts";

/** A command to run in a container, as the API takes it. */
export interface ExecRequest {
  words: string[];
  env: string[];
  workingDirectory: string;
  user: string;
  privileged: boolean;
  tty: boolean;
  attachStdin: boolean;
  attachStdout: boolean;
  attachStderr: boolean;
}

/** A command that was made ready in a container. */
export interface Exec {
  readonly id: string;
  readonly container: Container;
  readonly request: ExecRequest;
  status: "ready" | "running" | "ended";
  /** `undefined` until it has ended. */
  exitStatus: number | undefined;
}

/** The output of a command. */
export interface ExecOutput {
  stdout: Uint8Array;
  stderr: Uint8Array;
}

/** The commands of an engine. */
export class Execs {
  readonly #execs = new Map<string, Exec>();

  /** Makes a command ready. */
  create(container: Container, request: ExecRequest): Exec {
    const id = randomBytes(32).toString("hex");
    const exec: Exec = { id, container, request, status: "ready", exitStatus: undefined };
    if (container.execIds.length === 0) container.onRemoval(() => this.#forget(container));
    this.#execs.set(id, exec);
    container.execIds.push(id);
    return exec;
  }

  /** @throws {ApiError} 404; also for a command whose container is gone. */
  resolve(id: string): Exec {
    const exec = this.#execs.get(id);
    if (exec !== undefined) return exec;
    throw new ApiError(404, "not_found", `No such exec instance: ${id}`);
  }

  #forget(container: Container): void {
    for (const id of container.execIds) this.#execs.delete(id);
  }
}

/**
 * Starts a command, once only and in a container that runs.
 *
 * @throws {ApiError} 409.
 */
export function claimExec(exec: Exec): void {
  if (exec.status !== "ready") {
    const reason = exec.status === "running" ? "already running" : "has already run";
    throw new ApiError(409, "not_ready", `Error: Exec command ${exec.id} ${reason}`);
  }
  if (!exec.container.isRunning) {
    throw new ApiError(409, "not_running", `Container ${exec.container.id} is not running`);
  }
  exec.status = "running";
}

/** Runs a command that was claimed; ended by the end of its container, or by `signal`. */
export async function runExec(
  exec: Exec,
  stdin: Uint8Array,
  signal: AbortSignal,
): Promise<ExecOutput> {
  const { container, request } = exec;
  try {
    const { exitStatus, stdout, stderr } = await runProcess(await container.machine.open(), {
      words: request.words,
      env: { ...container.env, ...environmentOf(request.env) },
      workingDirectory: request.workingDirectory || container.config.WorkingDir,
      stdin,
      signal: AbortSignal.any([container.running, signal]),
    });
    exec.exitStatus = container.running.aborted ? 137 : exitStatus;
    return { stdout, stderr };
  } catch (error) {
    exec.exitStatus = 126;
    if (!(error instanceof NoSuchProgram)) throw error;
    const message = `OCI runtime exec failed: exec failed: unable to start container process: ${error.message}\r\n`;
    return { stdout: Buffer.from(message), stderr: Buffer.alloc(0) };
  } finally {
    exec.status = "ended";
  }
}
