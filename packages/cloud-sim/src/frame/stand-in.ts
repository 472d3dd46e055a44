import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Certificate } from "./certificate.ts";
import { ApiError } from "./errors.ts";
import { Exchange, type ExchangeParts } from "./exchange.ts";
import { type Fault, FaultPlan, type Faults } from "./faults.ts";
import { type ListenOptions, listen } from "./listen.ts";
import { type OpenRequestRecord, RequestLog, type RequestRecord } from "./request-log.ts";
import { compileRoutes, type MatchRoute, type Route } from "./router.ts";
import { discardingResponse, readUpgradeBody, responseOn } from "./upgrade.ts";

/** What makes a stand-in a certain provider's. */
export interface StandInDefinition {
  /** Such as `happy-cloud`; used in errors and in the name of the socket. */
  name: string;
  routes: readonly Route[];
  /** The body of an error answer in the provider's own shape. */
  formatError(error: ApiError): unknown;
  /** Headers that every answer has. */
  headers?(): Record<string, string>;
  /** Turns a request's path into one that the routes know; may refuse it with an {@link ApiError}. */
  rewritePath?(path: string): string;
  /** Answers an error in another way than as the JSON of `formatError`. */
  sendError?(exchange: Exchange, error: ApiError): void;
  /** Makes the stand-in speak HTTPS. */
  certificate?: Certificate;
  /** Refuses a request with an {@link ApiError}. */
  authorize?(request: IncomingMessage): void;
}

/** A stand-in that listens. */
export interface RunningStandIn extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, or `https://` where it has a certificate, or `unix://<path>`. */
  readonly url: string;
  /** The path of the unix socket; `undefined` on a port. */
  readonly socketPath: string | undefined;
  readonly faults: Faults;
  /** Every request so far, oldest first. */
  readonly requests: readonly RequestRecord[];
  /** The distinct names of the operations seen so far, in the order in which each first came. */
  operations(): string[];
  /** Drops all connections and stops listening. Twice is harmless. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in.
 *
 * @throws {CloudSimError} `PORT_TAKEN`, `LISTEN_FAILED`, `BAD_OPTION`.
 */
export async function startStandIn(
  definition: StandInDefinition,
  options: ListenOptions = {},
): Promise<RunningStandIn> {
  const log = new RequestLog();
  const faults = new FaultPlan();
  const dispatcher = new Dispatcher(definition, log, faults);
  const sockets = new Set<Socket>();
  const { certificate } = definition;
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    void dispatcher.dispatch(request, response);
  };
  const server =
    certificate === undefined
      ? createServer(serve)
      : createTlsServer({ cert: certificate.cert, key: certificate.key }, serve);
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    void readUpgradeBody(request, socket, head).then(async (body) => {
      if (body === undefined) socket.destroy();
      else await dispatcher.dispatch(request, responseOn(request, socket), body);
    });
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A client that goes away is its own affair; the handler that serves it sees its stream end.
    socket.on("error", () => {});
  });
  const address = await listen(definition.name, server, options);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeServer(server, sockets).then(() => address.cleanUp());
    return closing;
  };
  return {
    url: certificate === undefined ? address.url : address.url.replace(/^http:/, "https:"),
    socketPath: address.socketPath,
    faults,
    requests: log.records,
    operations: () => log.operations(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function closeServer(server: Server, sockets: Set<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

/** Takes a request through log, faults, authorization and route. */
class Dispatcher {
  readonly #definition: StandInDefinition;
  readonly #match: MatchRoute;
  readonly #log: RequestLog;
  readonly #faults: FaultPlan;

  constructor(definition: StandInDefinition, log: RequestLog, faults: FaultPlan) {
    this.#definition = definition;
    this.#match = compileRoutes(definition.routes);
    this.#log = log;
    this.#faults = faults;
  }

  async dispatch(
    request: IncomingMessage,
    response: ServerResponse,
    upgradeBody?: Buffer,
  ): Promise<void> {
    const { path, query } = splitTarget(request.url ?? "/");
    const method = request.method ?? "GET";
    const routed = this.#route(method, path);
    const operation = routed instanceof ApiError ? "Unknown" : routed.route.operation;
    const record = this.#log.open(method, path, operation);
    const fault = this.#faults.next(operation);
    record.fault = fault?.kind;
    if (fault?.kind === "delay") await sleep(fault.delayMs ?? 50, undefined, { ref: false });
    if (fault?.kind === "drop") return void request.socket.destroy();

    const isLost = fault?.kind === "dropAfter";
    if (!isLost) recordStatus(response, record);
    const exchange = makeExchange(request, isLost ? discardingResponse(request) : response, {
      upgradeBody,
      operation,
      path,
      query,
      parameters: routed instanceof ApiError ? {} : routed.parameters,
    });
    for (const [name, value] of Object.entries(this.#definition.headers?.() ?? {})) {
      exchange.response.setHeader(name, value);
    }
    await this.#answer(exchange, routed, fault);
    if (isLost) request.socket.destroy();
  }

  #route(method: string, path: string) {
    try {
      const known = this.#definition.rewritePath?.(path) ?? path;
      const found = this.#match(method, known);
      return found ?? new ApiError(404, "route_not_found", `no operation ${method} ${path} exists`);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  async #answer(
    exchange: Exchange,
    routed: ApiError | NonNullable<ReturnType<MatchRoute>>,
    fault: Readonly<Fault> | undefined,
  ): Promise<void> {
    try {
      if (fault?.kind === "error") throw faultError(fault, exchange.operation);
      this.#definition.authorize?.(exchange.request);
      if (routed instanceof ApiError) throw routed;
      await routed.route.handle(exchange);
    } catch (error) {
      this.#refuse(exchange, error);
    }
  }

  #refuse(exchange: Exchange, error: unknown): void {
    if (exchange.response.headersSent || exchange.request.socket.destroyed) {
      exchange.request.socket.destroy();
      return;
    }
    const refusal = error instanceof ApiError ? error : unexpected(exchange.operation, error);
    // What is left of an unread body would be taken for the next request.
    if (hasUnreadBody(exchange.request)) exchange.response.setHeader("connection", "close");
    if (this.#definition.sendError !== undefined) this.#definition.sendError(exchange, refusal);
    else exchange.sendJson(refusal.status, this.#definition.formatError(refusal));
    exchange.request.resume();
  }
}

/** A request that is refused at once is not complete yet, even where it has no body. */
function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  const { "content-length": length = "0", "transfer-encoding": encoding } = headers;
  return !complete && (length !== "0" || encoding !== undefined);
}

function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf("?");
  return mark === -1
    ? { path: target, query: new URLSearchParams() }
    : { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

/** Writes the status down just before it leaves, so that who has the answer finds it in the log. */
function recordStatus(response: ServerResponse, record: OpenRequestRecord): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (status: number, ...rest: unknown[]) => {
    record.status = status;
    return writeHead(status, ...rest);
  };
}

function faultError(fault: Readonly<Fault>, operation: string): ApiError {
  return new ApiError(
    fault.status ?? 500,
    fault.code ?? "injected_fault",
    fault.message ?? `a fault was injected into ${operation}`,
  );
}

function unexpected(operation: string, error: unknown): ApiError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ApiError(500, "internal_error", `${operation} failed: ${reason}`);
}

function makeExchange(
  request: IncomingMessage,
  response: ServerResponse,
  rest: Omit<ExchangeParts, "request" | "response" | "takeConnection">,
): Exchange {
  return new Exchange({
    request,
    response,
    ...rest,
    takeConnection: () => {
      const socket = response.socket as Socket;
      response.detachSocket(socket);
      return socket;
    },
  });
}
