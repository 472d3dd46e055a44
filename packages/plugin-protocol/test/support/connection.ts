import { Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { MuxBroker } from "../../src/broker.ts";
import {
  type Config,
  ctyFromPlain,
  type ServedComponent,
  serveConnection,
  type Ui,
} from "../../src/index.ts";
import { RpcClient } from "../../src/rpc/client.ts";
import { socketPair } from "./transport.ts";

/** Packer's end of a connection to a component that is served in this process. */
export async function connectTo(served: ServedComponent) {
  const [near, far] = await socketPair();
  const ended = serveConnection(served, far);
  ended.catch(() => {}); // Each test that cares looks at it.
  const broker = new MuxBroker(near, "client");
  onTestFinished(() => broker.close());
  return { broker, client: new RpcClient(await broker.dial(0)), ended, socket: near };
}

/** The settings as Packer hands them over: HCL's as a value, its own as a map. */
export function configs(mode: string): Config[] {
  return [
    { kind: "cty", value: ctyFromPlain({ mode, tags: { team: "blue" } }) },
    { kind: "plain", value: { packer_build_name: "fixture.example", packer_debug: false } },
  ];
}

/** A Ui that keeps what it is told, one line each. */
export class RecordingUi implements Ui {
  readonly lines: string[] = [];
  readonly #onSay: ((message: string) => void) | undefined;

  constructor(onSay?: (message: string) => void) {
    this.#onSay = onSay;
  }

  say(message: string) {
    this.lines.push(`say ${message}`);
    this.#onSay?.(message);
  }
  error(message: string) {
    this.lines.push(`error ${message}`);
  }
  machine(category: string, ...values: string[]) {
    this.lines.push(`machine ${category} ${values.join(",")}`);
  }
  async ask(question: string) {
    this.lines.push(`ask ${question}`);
    return "yes";
  }
  trackProgress(source: string, currentSize: number, totalSize: number) {
    let done = currentSize;
    return {
      advance: (bytes: number) => {
        done += bytes;
      },
      close: () => {
        this.lines.push(`progress ${source} ${done} of ${totalSize}`);
      },
    };
  }
}

/** A stream that keeps what is written to it. */
export class Sink extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void) {
    this.#chunks.push(chunk);
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }
}
