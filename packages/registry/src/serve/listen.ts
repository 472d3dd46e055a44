import { createServer as createPlainServer, type Server as PlainServer } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { messageOf, RegistryError } from "../errors.ts";
import type { App } from "../server/app.ts";
import { refuseConnection } from "../server/client-error.ts";
import { TIMES } from "../server/times.ts";
import { type Certificate, selfSignedCertificate } from "./certificate.ts";

/**
 * How the server is reached:
 * - `self-signed` (the default): HTTP for this machine alone, and HTTPS with a certificate of its own;
 * - a certificate: HTTPS alone, on `port`;
 * - `off`: HTTP alone, on `port`, for a proxy in front that speaks HTTPS.
 */
export type TlsOption = "self-signed" | "off" | Certificate;

export interface ListenOptions {
  /** `127.0.0.1` by default. */
  host?: string;
  /** 8080 by default; 0 takes any free one. */
  port?: number;
  /** For HTTPS beside HTTP; 8443 by default. */
  tlsPort?: number;
  tls?: TlsOption;
}

/** Where a server listens. */
export interface Listening {
  /** HTTP, or HTTPS where there is nothing else: the page, and the API. */
  url: string;
  /** Where tokens are had; HTTPS unless TLS is off. */
  authUrl: string;
  close(): Promise<void>;
}

type Server = PlainServer | TlsServer;

/** How often Node looks for clients that are too slow: by itself twice a minute, long after they are due. */
const CHECKING = { connectionsCheckingInterval: TIMES.checking } as const;

/** How long requests that are under way may take when the server stops, in milliseconds. */
const GRACE = 10_000;

/**
 * Listens on all addresses that the options ask for, or on none.
 *
 * @throws {RegistryError} `PORT_TAKEN`, or `BAD_OPTION` for an address that this machine does not have.
 */
export async function listen(
  app: App,
  options: ListenOptions,
  folder: string | undefined,
): Promise<Listening> {
  const { host = "127.0.0.1", port = 8080, tlsPort = 8443, tls = "self-signed" } = options;
  await app.ready();
  const servers: Server[] = [];
  const open = async (server: Server, at: string, on: number) => {
    server.on("request", app.routing);
    server.on("clientError", refuseConnection);
    limit(server);
    servers.push(server);
    return addressOf(server, at, await bind(server, at, on));
  };
  const close = async () => {
    await Promise.all(servers.map(stop));
    await app.close();
  };
  try {
    if (tls === "off") {
      const url = await open(createPlainServer(CHECKING), host, port);
      return { url, authUrl: url, close };
    }
    if (tls !== "self-signed") {
      const url = await open(createTlsServer(secure(tls)), host, port);
      return { url, authUrl: url, close };
    }
    const plainHost = isLoopback(host) ? host : "127.0.0.1";
    const certificate = await selfSignedCertificate(folder, host);
    const url = await open(createPlainServer(CHECKING), plainHost, port);
    const authUrl = await open(createTlsServer(secure(certificate)), host, tlsPort);
    return { url: isLoopback(host) ? url : authUrl, authUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function secure({ certificate, key }: Certificate) {
  return { ...CHECKING, cert: certificate, key, minVersion: "TLSv1.2" as const };
}

/** Cuts off clients that send or read too slowly. */
function limit(server: Server): void {
  server.headersTimeout = TIMES.headers;
  server.requestTimeout = TIMES.request;
  server.keepAliveTimeout = TIMES.keepAlive;
  server.setTimeout(TIMES.idle);
  server.maxHeadersCount = 100;
}

async function bind(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ host, port }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): RegistryError {
  if (error.code === "EADDRINUSE") {
    return new RegistryError(
      "PORT_TAKEN",
      `port ${port} of ${host} is in use: stop what listens there, or choose another with --port or --tls-port`,
      { cause: error },
    );
  }
  return new RegistryError(
    "BAD_OPTION",
    `cannot listen on port ${port} of ${host}: ${messageOf(error)}`,
    { cause: error },
  );
}

function addressOf(server: Server, host: string, port: number): string {
  const scheme = "setSecureContext" in server ? "https" : "http";
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const timer = setTimeout(() => server.closeAllConnections(), GRACE);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}
