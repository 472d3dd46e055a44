import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { describeFailure, startCommand } from "./command.ts";
import { buildGoPeer } from "./go-peer.ts";
import type { Json } from "./registry-api.ts";
import type { RegistryEnvironment } from "./registry-server.ts";

/** What HCP's Go client made of an answer; see peers/hcp-client. */
export interface GoAnswer {
  payload: Json;
  /** Where the client took the answer for an error. */
  error?: string;
  /** Fields that the client's types do not have. */
  unknown: string[];
  /** What the payload's own validation says against it. */
  invalid?: string;
}

/** HCP's Go client in a process of its own, signed in to a registry. */
export class HcpClient implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterableIterator<string>;
  readonly #location: object;
  /** The operations that were called. */
  readonly called = new Set<string>();

  private constructor(program: string, environment: RegistryEnvironment) {
    const options = { env: { HOME: "/nonexistent", ...environment } };
    this.#process = spawn(program, [], { ...options, stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#location = {
      LocationOrganizationID: environment["HCP_ORGANIZATION_ID"],
      LocationProjectID: environment["HCP_PROJECT_ID"],
    };
  }

  static async open(environment: RegistryEnvironment): Promise<HcpClient> {
    return new HcpClient(await buildGoPeer("hcp-client"), environment);
  }

  /** Calls an operation of the packer service in the principal's project; `params` are named as in Go. */
  async packer(operation: string, params: object = {}): Promise<GoAnswer> {
    const name = `PackerService${operation}`;
    this.called.add(name);
    return await this.call(name, { ...this.#location, ...params });
  }

  /** Calls an operation of any service. */
  async call(operation: string, params: object = {}): Promise<GoAnswer> {
    const call = { Operation: operation, Params: params };
    this.#process.stdin.write(`${JSON.stringify(call)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`hcp-client ended while it called ${operation}`);
    return JSON.parse(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, "exit");
  }
}

/** Every operation of the packer service that the Go client has, by reflection on it. */
export async function hcpOperations(): Promise<string[]> {
  const result = await startCommand(await buildGoPeer("hcp-client"), ["operations"]);
  if (result.failed) throw new Error(`hcp-client failed: ${describeFailure(result)}`);
  return result.stdout.split("\n");
}
