import { once } from "node:events";
import type { Exchange } from "../frame/exchange.ts";

/** One line of a progress stream. */
export type ProgressLine = Readonly<Record<string, unknown>>;

/** A stream of JSON lines that tells how an operation gets on. The first line sends the headers. */
export class Progress {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Writes a line, and waits while the client reads too slowly. */
  async write(line: ProgressLine): Promise<void> {
    const { response } = this.#exchange;
    if (!response.headersSent) response.writeHead(200, { "content-type": "application/json" });
    const isFull = !response.write(`${JSON.stringify(line)}\r\n`);
    if (isFull && !response.destroyed) {
      await Promise.race([once(response, "drain"), once(response, "close")]);
    }
  }

  /** Tells that the operation failed; the status was sent long ago. */
  async fail(message: string, code?: number): Promise<void> {
    const errorDetail = code === undefined ? { message } : { code, message };
    await this.write({ errorDetail, error: message });
  }

  end(): void {
    const { response } = this.#exchange;
    if (!response.headersSent) response.writeHead(200, { "content-type": "application/json" });
    response.end();
  }
}
