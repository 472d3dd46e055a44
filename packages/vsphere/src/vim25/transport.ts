import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { isIP } from "node:net";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { connect, type TLSSocket } from "node:tls";
import { messageOf } from "@packerkit/plugin-sdk";
import { VSphereError } from "../errors.ts";

/** Where a server answers, and whether its certificate is verified. */
export interface ServerAddress {
  /** A name or an address, with a port where it is not 443. */
  readonly server: string;
  /** Take any certificate. */
  readonly insecure: boolean;
}

/** One request. */
export interface HttpRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | { readonly stream: Readable; readonly size: number };
  signal?: AbortSignal | undefined;
  /** Name of the server where it is another than the transport's own, such as an ESX host. */
  server?: string;
  /** The SHA-1 of the only certificate that the server may show, as the vCenter told it. */
  thumbprint?: string;
}

/** An answer whose body was read whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

/** How long a connection may say nothing in the middle of a request, in milliseconds. */
const SILENCE_LIMIT = 120_000;
/** How long an idle connection is kept, in milliseconds: shorter than any server does. */
const IDLE_LIMIT = 10_000;
/** The largest answer that is read into memory, in characters. */
const MAX_TEXT = 64 * 1024 * 1024;

/**
 * Talks HTTPS to a server over few connections that are used again.
 *
 * It is `node:https` and not `fetch`, because `fetch` can be told to take an untrusted certificate only by the package
 * undici, whose loading takes longer than a whole build on a server nearby.
 */
export class Transport {
  readonly #address: ServerAddress;
  readonly #agent: Agent;

  constructor(address: ServerAddress) {
    this.#address = address;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 4,
      timeout: IDLE_LIMIT,
      rejectUnauthorized: !address.insecure,
      // To read all authorities' certificates takes time, and none of them is asked.
      ...(address.insecure ? { ca: [] } : {}),
    });
  }

  /** Sends a request and reads the whole answer. @throws {VSphereError} `CONNECTION_LOST`, `CERTIFICATE_NOT_TRUSTED`. */
  async text(asked: HttpRequest): Promise<HttpAnswer> {
    const response = await this.stream(asked);
    try {
      let text = "";
      response.setEncoding("utf8");
      for await (const chunk of response as AsyncIterable<string>) {
        text += chunk;
        if (text.length > MAX_TEXT) throw new Error(`it has more than ${MAX_TEXT} characters`);
      }
      if (!response.complete) throw new Error("it ended early");
      return { status: response.statusCode ?? 0, headers: response.headers, text };
    } catch (cause) {
      throw this.#failure(asked, cause);
    }
  }

  /**
   * Sends a request; answers as soon as the head of the answer is there. The caller reads the body, or destroys it.
   *
   * @throws {VSphereError} as {@link text}.
   */
  async stream(asked: HttpRequest): Promise<IncomingMessage> {
    asked.signal?.throwIfAborted();
    const outgoing = request({ ...this.#options(asked), ...(await this.#pinned(asked)) });
    outgoing.on("timeout", () =>
      outgoing.destroy(new Error(`nothing was heard for ${SILENCE_LIMIT / 1000} s`)),
    );
    // What goes wrong after the head of the answer shows in its body.
    outgoing.on("error", () => {});
    sendBody(outgoing, asked.body).catch((error: unknown) => outgoing.destroy(error as Error));
    try {
      const [response] = (await once(outgoing, "response")) as [IncomingMessage];
      return response;
    } catch (cause) {
      throw this.#failure(asked, cause);
    }
  }

  /** Ends the connections that are idle. */
  close(): void {
    this.#agent.destroy();
  }

  #options({ method, path, headers = {}, body, signal, server }: HttpRequest): RequestOptions {
    const size = typeof body === "string" ? Buffer.byteLength(body) : body?.size;
    const { hostname, port } = addressOf(server ?? this.#address.server);
    return {
      agent: this.#agent,
      timeout: SILENCE_LIMIT,
      hostname,
      port,
      method,
      path,
      headers: { ...headers, ...(size === undefined ? {} : { "content-length": String(size) }) },
      ...(signal === undefined ? {} : { signal }),
    };
  }

  /** The connection to a server that is known by its certificate's thumbprint, which is checked before anything is sent. */
  async #pinned(asked: HttpRequest): Promise<RequestOptions> {
    const { server, thumbprint } = asked;
    if (server === undefined || thumbprint === undefined || this.#address.insecure) return {};
    try {
      const socket = await connectPinned(server, thumbprint);
      return { agent: false, createConnection: () => socket };
    } catch (cause) {
      throw this.#failure(asked, cause);
    }
  }

  #failure({ method, path, signal, server = this.#address.server }: HttpRequest, cause: unknown) {
    if (signal?.aborted) return signal.reason;
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    if (isCertificateProblem(code)) {
      return new VSphereError(
        "CERTIFICATE_NOT_TRUSTED",
        `the certificate of ${server} is not trusted (${code}): name its authority's certificate in the environment variable NODE_EXTRA_CA_CERTS, or set insecure_connection = true to take any`,
        { cause },
      );
    }
    const where = path.replace(/\?.*$/, "");
    return new VSphereError(
      "CONNECTION_LOST",
      `${method} https://${server}${where}: no whole answer came (${messageOf(cause)}); check the attribute vcenter_server and that it answers there`,
      { cause },
    );
  }
}

function addressOf(server: string): { hostname: string; port: number } {
  const { hostname, port } = new URL(`https://${server}`);
  return { hostname: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? 443 : Number(port) };
}

/** Connects to a server that must show the certificate with this SHA-1 thumbprint, `AB:CD:…`. */
async function connectPinned(server: string, thumbprint: string): Promise<TLSSocket> {
  const { hostname: host, port } = addressOf(server);
  const servername = isIP(host) === 0 ? host : "";
  const socket = connect({ host, port, servername, rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect");
    const shown = socket.getPeerCertificate().fingerprint;
    if (shown.toUpperCase() === thumbprint.toUpperCase()) return socket;
    throw new Error(`it shows a certificate with the thumbprint ${shown}, not ${thumbprint}`);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function sendBody(outgoing: NodeJS.WritableStream, body: HttpRequest["body"]): Promise<void> {
  if (typeof body === "object") await pipeline(body.stream, outgoing);
  else outgoing.end(body ?? "");
}

/** Source: the error codes of OpenSSL's verification that Node passes on, https://nodejs.org/api/tls.html */
function isCertificateProblem(code: string): boolean {
  return (
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|ERR_TLS_CERT_ALTNAME_INVALID)$/.test(
      code,
    ) || /^(CERT_|UNABLE_TO_(VERIFY|GET_ISSUER)|INVALID_CA|HOSTNAME_MISMATCH)/.test(code)
  );
}
