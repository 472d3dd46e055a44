import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ApiError } from "./errors.ts";

/** The largest JSON body that a stand-in reads, in bytes, unless an operation says otherwise. */
export const MAX_JSON_BYTES = 1024 * 1024;

/** What a request is made of. */
export interface ExchangeParts {
  request: IncomingMessage;
  response: ServerResponse;
  operation: string;
  path: string;
  parameters: Record<string, string>;
  query: URLSearchParams;
  /** The body of a request that asks for an upgrade; `undefined` for any other. */
  upgradeBody: Buffer | undefined;
  /** Hands over the raw connection, for operations that leave HTTP behind. */
  takeConnection: () => Duplex;
}

/** One request and the means to answer it. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly operation: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly takeConnection: () => Duplex;
  readonly #parameters: Record<string, string>;
  readonly #upgradeBody: Buffer | undefined;

  constructor(parts: ExchangeParts) {
    this.request = parts.request;
    this.response = parts.response;
    this.operation = parts.operation;
    this.path = parts.path;
    this.query = parts.query;
    this.takeConnection = parts.takeConnection;
    this.#parameters = parts.parameters;
    this.#upgradeBody = parts.upgradeBody;
  }

  /** Whether the client asks to leave HTTP behind. */
  get isUpgrade(): boolean {
    return this.#upgradeBody !== undefined;
  }

  /** The value of a placeholder of the route's path. */
  parameter(name: string): string {
    const value = this.#parameters[name];
    if (value === undefined) throw new Error(`the route of ${this.operation} has no {${name}}`);
    return value;
  }

  /** The first value of a query field; empty where it is missing. */
  field(name: string): string {
    return this.query.get(name) ?? "";
  }

  /** Answers JSON. */
  sendJson(status: number, body: unknown): void {
    const text = JSON.stringify(body);
    this.response.writeHead(status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    });
    this.response.end(text);
  }

  /** Answers a status alone. */
  sendEmpty(status: number): void {
    this.response.writeHead(status, { "content-length": 0 }).end();
  }

  /** Sends a stream, no faster than the client reads it. */
  async sendStream(stream: Readable): Promise<void> {
    await pipeline(stream, this.response);
  }

  /**
   * Reads the body as bytes.
   *
   * @throws {ApiError} 413 `body_too_large` past `maxBytes`.
   */
  async readBytes(maxBytes: number): Promise<Buffer> {
    if (this.#upgradeBody !== undefined) return this.#upgradeBody;
    const chunks: Buffer[] = [];
    let size = 0;
    // Left open when the loop ends early, so that the refusal still reaches the client.
    for await (const chunk of this.request.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new ApiError(
          413,
          "body_too_large",
          `the body of ${this.operation} has more than ${maxBytes} bytes`,
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
  }

  /**
   * Reads the body as a JSON object; an empty body is an empty object.
   *
   * @throws {ApiError} 413 `body_too_large`, 400 `invalid_json`.
   */
  async readJson(maxBytes = MAX_JSON_BYTES): Promise<Record<string, unknown>> {
    const bytes = await this.readBytes(maxBytes);
    if (bytes.length === 0) return {};
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch {
      throw new ApiError(400, "invalid_json", `the body of ${this.operation} is not valid JSON`);
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new ApiError(400, "invalid_json", `the body of ${this.operation} is not a JSON object`);
    }
    return value as Record<string, unknown>;
  }
}
