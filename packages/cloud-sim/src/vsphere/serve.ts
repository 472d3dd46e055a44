import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Certificate, ownCertificate } from "../frame/certificate.ts";
import { ApiError } from "../frame/errors.ts";
import { type Fault, FaultPlan } from "../frame/faults.ts";
import { type ListenOptions, listen } from "../frame/listen.ts";
import { RequestLog } from "../frame/request-log.ts";
import type { RunningStandIn } from "../frame/stand-in.ts";
import { takeUpload } from "./datastore-http.ts";
import { invalidArgument, VimFault } from "./fault.ts";
import { NfcLease } from "./lease.ts";
import { methodOf, OPEN_METHODS } from "./operations/index.ts";
import { answerRest, restRoute } from "./rest.ts";
import { answerEnvelope, faultEnvelope, readCall, type SoapCall } from "./soap.ts";
import type { Session, VCenter } from "./vcenter.ts";
import type { XmlElements } from "./xml.ts";

/** The largest call that is read, in bytes. */
const MAX_CALL_BYTES = 4 * 1024 * 1024;
const COOKIE = "vmware_soap_session";

/** A request whose operation is known. */
interface Asked {
  readonly operation: string;
  answer(): Promise<Answer>;
  /** The answer of an injected fault, in the API's own shape. */
  refuse(fault: Readonly<Fault>): Answer;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Serves a vCenter over HTTPS, with the log and the faults of every stand-in. */
export async function serveVCenter(
  vcenter: VCenter,
  options: ListenOptions,
): Promise<RunningStandIn & { server: string; certificate: Certificate }> {
  const certificate = await ownCertificate();
  const log = new RequestLog();
  const faults = new FaultPlan();
  const sockets = new Set<Socket>();
  const server = createServer({ cert: certificate.cert, key: certificate.key });
  const site = new Site(vcenter, server, certificate);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void serve(site, { log, faults }, request, response).catch(() => request.socket.destroy());
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  const address = await listen("vsphere", server, options);
  let closing: Promise<void> | undefined;
  const close = () => {
    vcenter.close();
    closing ??= new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    }).then(() => address.cleanUp());
    return closing;
  };
  return {
    server: site.server,
    certificate,
    url: address.url.replace(/^http:/, "https:"),
    socketPath: address.socketPath,
    faults,
    requests: log.records,
    operations: () => log.operations(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function serve(
  site: Site,
  { log, faults }: { log: RequestLog; faults: FaultPlan },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = await site.read(request);
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const record = log.open(request.method ?? "GET", path, asked.operation);
  const fault = faults.next(asked.operation);
  record.fault = fault?.kind;
  if (fault?.kind === "delay") await sleep(fault.delayMs ?? 50, undefined, { ref: false });
  if (fault?.kind === "drop") return void request.socket.destroy();
  const answer = fault?.kind === "error" ? asked.refuse(fault) : await asked.answer();
  if (fault?.kind === "dropAfter") return void request.socket.destroy();
  record.status = answer.status;
  // What is left of an unread body would be taken for the next request.
  if (!request.complete) response.setHeader("connection", "close");
  response.writeHead(answer.status, {
    ...answer.headers,
    "content-length": Buffer.byteLength(answer.body ?? ""),
  });
  response.end(answer.body);
  request.resume();
}

/** Tells requests apart and answers them. */
class Site {
  readonly #vcenter: VCenter;
  readonly #listener: Pick<Server, "address">;
  readonly #certificate: Certificate;

  constructor(vcenter: VCenter, listener: Pick<Server, "address">, certificate: Certificate) {
    this.#vcenter = vcenter;
    this.#listener = listener;
    this.#certificate = certificate;
  }

  /** Such as `127.0.0.1:8443`. */
  get server(): string {
    return `127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  async read(request: IncomingMessage): Promise<Asked> {
    const url = new URL(request.url ?? "/", "https://127.0.0.1");
    const method = request.method ?? "GET";
    if (method === "POST" && url.pathname === "/sdk") return await this.#soap(request);
    if (url.pathname.startsWith("/rest/")) return await this.#rest(request, url);
    if (method === "PUT" && url.pathname.startsWith("/folder/")) {
      return plain("UploadFile", async () => {
        this.#demandSession(request);
        await takeUpload(this.#vcenter, request, url);
        return { status: 201 };
      });
    }
    if (method === "GET" && url.pathname.startsWith("/nfc/")) {
      return plain("DownloadFile", async () => this.#leaseFile(url.pathname));
    }
    return plain("Unknown", async () => ({ status: 404 }));
  }

  async #soap(request: IncomingMessage): Promise<Asked> {
    const text = await readBody(request);
    let call: SoapCall;
    try {
      call = readCall(text);
    } catch (error) {
      const refusal = soapRefusal(error as VimFault);
      return { operation: "Unknown", answer: async () => refusal, refuse: () => refusal };
    }
    return {
      operation: call.method,
      answer: () => this.#answerCall(call, request),
      refuse: ({ code, message }) =>
        soapRefusal(new VimFault(code ?? "SystemError", message ?? "A general system error.")),
    };
  }

  async #answerCall(
    { method, self, parameters }: SoapCall,
    request: IncomingMessage,
  ): Promise<Answer> {
    const headers: Record<string, string> = { "content-type": "text/xml; charset=utf-8" };
    try {
      const session = this.#sessionOf(request);
      if (session === undefined && !OPEN_METHODS.includes(method)) {
        throw new VimFault("NotAuthenticated", "The session is not authenticated.");
      }
      const object = this.#vcenter.registry.get(self);
      const run = methodOf(object, method);
      if (run === undefined) throw invalidArgument(method);
      const result = await run({
        vcenter: this.#vcenter,
        self: object,
        parameters,
        session,
        server: this.server,
        thumbprint: this.#certificate.thumbprint,
        setCookie: ({ id }) => {
          headers["set-cookie"] = `${COOKIE}="${id}"; Path=/; HttpOnly; Secure`;
        },
      });
      return { status: 200, headers, body: answerEnvelope(method, result as XmlElements) };
    } catch (error) {
      return soapRefusal(asFault(error));
    }
  }

  async #rest(request: IncomingMessage, url: URL): Promise<Asked> {
    const path = url.pathname.slice("/rest".length);
    const { searchParams: query } = url;
    const method = request.method ?? "GET";
    const route = restRoute({ method, path, query });
    const body = await readBody(request);
    const asked = plain(route?.operation ?? "Unknown", async () => {
      if (route === undefined) throw new ApiError(404, "not_found", `there is no ${path}`);
      const { headers } = request;
      const value = answerRest(this.#vcenter, route, {
        method,
        path,
        query,
        headers,
        body: parseBody(body),
      });
      return json(200, value === undefined ? {} : { value });
    });
    return asked;
  }

  #leaseFile(path: string): Answer {
    const [, , token = "", name = ""] = path.split("/");
    const lease = this.#vcenter.registry.all(NfcLease).find((one) => one.token === token);
    const file = lease?.files.find((one) => one.name === decodeURIComponent(name));
    if (file === undefined) throw new ApiError(404, "Not Found", "there is no such file");
    return { status: 200, headers: { "content-type": OCTETS }, body: file.content };
  }

  #sessionOf({ headers }: IncomingMessage): Session | undefined {
    const id = /vmware_soap_session="?([\w-]+)"?/.exec(headers.cookie ?? "")?.[1] ?? "";
    return this.#vcenter.sessions.get(id);
  }

  #demandSession(request: IncomingMessage): void {
    if (this.#sessionOf(request) === undefined) {
      throw new ApiError(401, "Unauthorized", "the session is not authenticated");
    }
  }
}

const OCTETS = "application/octet-stream";

/** A request that is refused as JSON in the shape of the REST API. */
function plain(operation: string, work: () => Promise<Answer>): Asked {
  const refusal = ({ status, code, message }: ApiError) =>
    json(status, { type: code, value: { messages: [{ default_message: message }] } });
  return {
    operation,
    async answer() {
      try {
        return await work();
      } catch (error) {
        if (error instanceof ApiError) return refusal(error);
        throw error;
      }
    },
    refuse: ({ status = 500, code = "com.vmware.vapi.std.errors.error", message = "injected" }) =>
      refusal(new ApiError(status, code, message)),
  };
}

function json(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

function soapRefusal(fault: VimFault): Answer {
  const headers = { "content-type": "text/xml; charset=utf-8" };
  return { status: 500, headers, body: faultEnvelope(fault) };
}

function asFault(error: unknown): VimFault {
  if (error instanceof VimFault) return error;
  return new VimFault("SystemError", error instanceof Error ? error.message : String(error));
}

function parseBody(text: string): Record<string, unknown> {
  try {
    const value: unknown = text === "" ? {} : JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Refused below.
  }
  throw new ApiError(400, "com.vmware.vapi.std.errors.invalid_argument", "the body is no JSON");
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_CALL_BYTES) throw new Error("the call is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString();
}
