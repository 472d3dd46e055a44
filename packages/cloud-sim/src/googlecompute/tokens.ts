import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { TOKEN_EXPIRED, TOKEN_REFUSED, unauthenticated } from "./errors.ts";

/** The access tokens that a cloud takes. */
export class Tokens {
  readonly #good: Set<string>;
  readonly #expired = new Set<string>();

  constructor(first: string) {
    this.#good = new Set([first]);
  }

  /** Gives out one more token. */
  issue(): string {
    const token = `ya29.${randomBytes(24).toString("base64url")}`;
    this.#good.add(token);
    return token;
  }

  /** No token that was given out so far is taken any longer. */
  expire(): void {
    for (const token of this.#good) this.#expired.add(token);
    this.#good.clear();
  }

  /**
   * Refuses a request without a good token. The endpoint that gives out tokens asks for none, nor does an upload that
   * has begun: its address is secret enough.
   */
  check(request: IncomingMessage): void {
    const { method, url = "" } = request;
    if (url === "/token" || (method === "PUT" && url.startsWith("/upload/"))) return;
    const [scheme = "", token = ""] = (request.headers.authorization ?? "").split(" ");
    if (scheme.toLowerCase() === "bearer" && this.#good.has(token)) return;
    throw unauthenticated(this.#expired.has(token) ? TOKEN_EXPIRED : TOKEN_REFUSED);
  }
}
