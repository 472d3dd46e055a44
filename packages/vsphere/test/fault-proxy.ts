import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Agent, createServer, request as startRequest } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { generate } from "selfsigned";

/**
 * What becomes of a call: `error` answers a fault and asks the vCenter nothing; `drop` cuts the connection before the
 * vCenter hears of it; `dropAfter` lets the vCenter finish and loses its answer, but for its first half.
 */
export const FAULTS = ["error", "drop", "dropAfter"] as const;
export type Fault = (typeof FAULTS)[number];

/** `expire` ends the session that the call comes with: the vCenter does not know it from then on. */
export type Disturbance = Fault | "expire";

/** A proxy in front of a vCenter. */
export interface FaultProxy extends AsyncDisposable {
  /** For `vcenter_server`. */
  readonly server: string;
  /** Starts to count calls anew, and disturbs them so. */
  disturb(decide: Decide): void;
  /** The calls since then, such as `CloneVM_Task` or `PUT /folder/iso/debian.iso`. */
  readonly calls: readonly string[];
}

/** A call, and which one of its name it is, 1 being the first. */
export interface CountedCall {
  readonly name: string;
  readonly occurrence: number;
}

/** What the proxy does with a call; nothing by default. */
export type Decide = (call: CountedCall) => Disturbance | undefined;

const FAULT_ENVELOPE = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>A general system error occurred: a fault was injected</faultstring><detail><SystemErrorFault xmlns="urn:vim25" xsi:type="SystemError"><reason>a fault was injected</reason></SystemErrorFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>`;

/** Starts a proxy on HTTPS, with a certificate of its own. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    keyType: "ec",
    curve: "P-256",
  });
  const proxy = new CallProxy(target);
  const sockets = new Set<Socket>();
  const server = createServer({ cert, key }, (request, response) => {
    proxy.serve(request, response).catch(() => request.socket.destroy());
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    disturb: (decide) => proxy.disturb(decide),
    get calls() {
      return proxy.calls;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      proxy.close();
    },
  };
}

class CallProxy {
  calls: string[] = [];
  readonly #target: string;
  #decide: Decide = () => undefined;
  readonly #agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  /** Sessions that the vCenter does not hear of any more. */
  readonly #expired = new Set<string>();

  constructor(target: string) {
    this.#target = target;
  }

  disturb(decide: Decide): void {
    this.calls = [];
    this.#decide = decide;
  }

  close(): void {
    this.#agent.destroy();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const name = nameOf(request, body);
    this.calls.push(name);
    const occurrence = this.calls.filter((call) => call === name).length;
    const fault = this.#decide({ name, occurrence });
    if (fault === "drop") return void request.socket.destroy();
    if (fault === "error") {
      response.writeHead(500, { "content-type": "text/xml" }).end(FAULT_ENVELOPE);
      return;
    }
    if (fault === "expire") this.#expired.add(sessionOf(request));
    const { status, headers, content } = await this.#forward(request, body);
    response.writeHead(status, { ...headers, "content-length": content.length });
    if (fault !== "dropAfter") return void response.end(content);
    response.write(content.subarray(0, content.length / 2), () => request.socket.destroy());
  }

  async #forward(
    request: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: OutgoingHttpHeaders; content: Buffer }> {
    const [hostname, port] = this.#target.split(":");
    const { "transfer-encoding": _, ...headers } = request.headers;
    if (this.#expired.has(String(headers.cookie))) delete headers.cookie;
    if (this.#expired.has(String(headers[REST_SESSION]))) delete headers[REST_SESSION];
    const options = {
      hostname,
      port,
      agent: this.#agent,
      method: request.method,
      path: request.url,
      headers: { ...headers, "content-length": body.length },
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      startRequest(options, resolve).on("error", reject).end(body);
    });
    const content = await buffer(response);
    const { "transfer-encoding": __, ...answered } = response.headers;
    return { status: response.statusCode ?? 502, headers: answered, content };
  }
}

const REST_SESSION = "vmware-api-session-id";

function sessionOf({ headers }: IncomingMessage): string {
  return String(headers.cookie ?? headers[REST_SESSION]);
}

function nameOf({ method, url = "/" }: IncomingMessage, body: Buffer): string {
  const soap = /<(?:\w+:)?Body><(\w+)/.exec(body.toString("latin1", 0, 2048))?.[1];
  return soap ?? `${method} ${url.replace(/\?(?!~).*$/, "")}`;
}
