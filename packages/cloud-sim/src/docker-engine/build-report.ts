import { createHash, randomBytes } from "node:crypto";
import { shortId } from "./images.ts";
import type { Progress } from "./progress.ts";

/** One step of a build. */
export interface BuildStep {
  /** From 1. */
  number: number;
  total: number;
  /** Such as `RUN make`. */
  text: string;
}

/** Tells the client how a build gets on. */
export interface BuildReport {
  started(step: BuildStep): Promise<void>;
  /** A container that does a step's work. */
  running(containerId: string): Promise<void>;
  output(stream: 1 | 2, text: string): Promise<void>;
  /** A step's container is gone. */
  removed(containerId: string): Promise<void>;
  /** A step changes the configuration alone. */
  configuring(): Promise<void>;
  /** A step is over; its image, once there is one. */
  finished(step: BuildStep, imageId: string | undefined): Promise<void>;
  failed(step: BuildStep, message: string): Promise<void>;
  built(imageId: string): Promise<void>;
  tagged(name: string): Promise<void>;
}

/** The report of the classic builder: lines of text. */
export class ClassicReport implements BuildReport {
  readonly #progress: Progress;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  async started({ number, total, text }: BuildStep): Promise<void> {
    await this.#say(`Step ${number}/${total} : ${text}`);
    await this.#say("\n");
  }

  async running(containerId: string): Promise<void> {
    await this.#say(` ---> Running in ${shortId(containerId)}\n`);
  }

  async output(_stream: 1 | 2, text: string): Promise<void> {
    await this.#say(text);
  }

  async removed(containerId: string): Promise<void> {
    await this.#say(`Removing intermediate container ${shortId(containerId)}\n`);
  }

  /** The engine makes a container for this, too, and never starts it. */
  async configuring(): Promise<void> {
    const id = randomBytes(32).toString("hex");
    await this.running(id);
    await this.removed(id);
  }

  async finished(_step: BuildStep, imageId: string | undefined): Promise<void> {
    if (imageId !== undefined) await this.#say(` ---> ${shortId(imageId)}\n`);
  }

  async failed(): Promise<void> {}

  async built(imageId: string): Promise<void> {
    await this.#progress.write({ aux: { ID: imageId } });
    await this.#say(`Successfully built ${shortId(imageId)}\n`);
  }

  async tagged(name: string): Promise<void> {
    await this.#say(`Successfully tagged ${name}\n`);
  }

  async #say(stream: string): Promise<void> {
    await this.#progress.write({ stream });
  }
}

/**
 * The report of BuildKit: messages of its own protocol, as base64.
 *
 * Source: `StatusResponse`, `Vertex` and `VertexLog`, buildkit `api/services/control/control.proto`.
 */
export class BuildKitReport implements BuildReport {
  readonly #progress: Progress;
  #digest = "";
  #startedAt = 0;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  async started(step: BuildStep): Promise<void> {
    const unique = `${step.number} ${step.text} ${Math.random()}`;
    this.#digest = `sha256:${createHash("sha256").update(unique).digest("hex")}`;
    this.#startedAt = Date.now();
    await this.#trace(1, this.#vertex(step));
  }

  async running(): Promise<void> {}

  async removed(): Promise<void> {}

  async configuring(): Promise<void> {}

  async output(stream: 1 | 2, text: string): Promise<void> {
    const log = [
      bytesField(1, this.#digest),
      bytesField(2, timestamp(Date.now())),
      numberField(3, stream),
      bytesField(4, text),
    ];
    await this.#trace(3, Buffer.concat(log));
  }

  async finished(step: BuildStep): Promise<void> {
    await this.#trace(1, Buffer.concat([this.#vertex(step), bytesField(6, timestamp(Date.now()))]));
  }

  async failed(step: BuildStep, message: string): Promise<void> {
    const ended = [bytesField(6, timestamp(Date.now())), bytesField(7, message)];
    await this.#trace(1, Buffer.concat([this.#vertex(step), ...ended]));
  }

  async built(imageId: string): Promise<void> {
    await this.#progress.write({ id: "moby.image.id", aux: { ID: imageId } });
  }

  async tagged(name: string): Promise<void> {
    await this.#progress.write({ stream: `Successfully tagged ${name}\n` });
  }

  #vertex({ number, total, text }: BuildStep): Buffer {
    return Buffer.concat([
      bytesField(1, this.#digest),
      bytesField(3, `[${number}/${total}] ${text}`),
      bytesField(5, timestamp(this.#startedAt)),
    ]);
  }

  async #trace(field: number, message: Buffer): Promise<void> {
    const aux = bytesField(field, message).toString("base64");
    await this.#progress.write({ id: "moby.buildkit.trace", aux });
  }
}

/** A length-delimited field of a protobuf message. */
function bytesField(field: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

function numberField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** `google.protobuf.Timestamp`. */
function timestamp(milliseconds: number): Buffer {
  return Buffer.concat([
    numberField(1, Math.floor(milliseconds / 1000)),
    numberField(2, (milliseconds % 1000) * 1_000_000),
  ]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
