import { setTimeout as sleep } from "node:timers/promises";
import { Agent, type Dispatcher, EnvHttpProxyAgent, errors, request } from "undici";
import { RegistryClientError } from "./errors.ts";
import type { TlsMode } from "./options.ts";

/** What is sent. */
export interface Outgoing {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
}

/** What came back: the status, and the body where it is JSON. */
export interface Incoming {
  status: number;
  body: unknown;
  date: string | undefined;
}

const MAX_ANSWER = 64 * 1024 * 1024;
const FIRST_WAIT = 250;
const LONGEST_WAIT = 8_000;

/** Sends requests to one server; again where it cannot be reached, is restarting or asks to slow down. */
export class Transport {
  readonly #dispatcher: Dispatcher;
  readonly #attempts: number;
  readonly #timeout: number;

  constructor(host: string, tls: TlsMode, attempts: number, timeout: number) {
    this.#attempts = attempts;
    this.#timeout = timeout;
    const options = {
      connect: { rejectUnauthorized: tls !== "insecure", timeout: 10_000 },
      maxResponseSize: MAX_ANSWER,
      connections: 64,
    };
    // As Go does, a proxy is not asked for what is on this machine.
    this.#dispatcher = isLoopback(host) ? new Agent(options) : new EnvHttpProxyAgent(options);
  }

  /**
   * The answer, whatever its status.
   *
   * @throws {RegistryClientError} `UNREACHABLE` where no attempt got one; `CANCELLED` where the signal was aborted.
   */
  async send(outgoing: Outgoing): Promise<Incoming> {
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt >= this.#attempts;
      try {
        const incoming = await this.#once(outgoing);
        if (last || ![429, 502, 503, 504].includes(incoming.status)) return incoming;
      } catch (cause) {
        refuseAborted(outgoing, cause);
        if (last || isHopeless(cause)) throw unreachable(outgoing, cause);
      }
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
      // Clients that were thrown out together come back apart.
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal: outgoing.signal }).catch(
        (cause) => refuseAborted(outgoing, cause),
      );
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.close();
  }

  async #once({ method, url, headers, body, signal }: Outgoing): Promise<Incoming> {
    const answer = await request(url, {
      method,
      headers: { accept: "application/json", ...headers },
      body: body ?? null,
      signal: signal ?? null,
      dispatcher: this.#dispatcher,
      headersTimeout: this.#timeout,
      bodyTimeout: this.#timeout,
    });
    const text = await answer.body.text();
    const date = answer.headers["date"];
    return {
      status: answer.statusCode,
      body: parse(text),
      date: typeof date === "string" ? date : undefined,
    };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(host);
}

/** What asking again cannot mend: a certificate that is not trusted, TLS where there is none, a URL that is none. */
function isHopeless(cause: unknown): boolean {
  const code = String((cause as { code?: unknown }).code ?? "");
  return (
    /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO|ERR_INVALID_URL/.test(code) ||
    cause instanceof errors.InvalidArgumentError ||
    cause instanceof errors.HTTPParserError
  );
}

function refuseAborted({ signal, url }: Outgoing, cause: unknown): void {
  if (!signal?.aborted) return;
  throw new RegistryClientError("CANCELLED", `the request to ${hostOf(url)} was cancelled`, {
    cause,
  });
}

function unreachable({ url }: Outgoing, cause: unknown): RegistryClientError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RegistryClientError("UNREACHABLE", `cannot reach ${hostOf(url)}: ${reason}`, {
    cause,
  });
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : JSON.stringify(url.slice(0, 80));
}
