import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { DockerError } from "./errors.ts";

/** Where a Docker Engine listens, in the form that the client library takes. */
export interface EngineAddress {
  /** For people and for `DOCKER_HOST`, such as `unix:///var/run/docker.sock`. */
  readonly url: string;
  readonly connection:
    | { readonly socketPath: string }
    | {
        readonly protocol: "http" | "https";
        readonly host: string;
        readonly port: number;
        readonly ca?: Buffer;
        readonly cert?: Buffer;
        readonly key?: Buffer;
      };
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads an engine's address as Docker's own client does: what is given, else `DOCKER_HOST`, else the default socket.
 * `tcp://` addresses use TLS where `DOCKER_TLS_VERIFY` is set, with the files of `DOCKER_CERT_PATH`.
 *
 * @throws {DockerError} `ENGINE_ADDRESS` for an address that cannot be read, and for `ssh://`.
 */
export function readEngineAddress(
  given: string | undefined,
  environment: Environment = process.env,
): EngineAddress {
  const text = given || environment["DOCKER_HOST"];
  if (!text) return atSocket(defaultSocket(environment));
  const [, scheme = "tcp", rest = ""] = /^(?:(\w+):\/\/)?(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case "unix":
      return atSocket(rest || defaultSocket(environment));
    case "npipe":
      return { url: text, connection: { socketPath: rest || "//./pipe/docker_engine" } };
    case "tcp":
    case "http":
    case "https":
      return atHost(text, scheme, rest, environment);
    case "ssh":
      throw addressError(
        text,
        "ssh is not spoken here; forward the engine's socket with ssh -L and name the local end",
      );
    default:
      throw addressError(text, "use unix:///path/of/the.sock or tcp://host:port");
  }
}

function atSocket(path: string): EngineAddress {
  return { url: `unix://${path}`, connection: { socketPath: path } };
}

function atHost(
  text: string,
  scheme: "tcp" | "http" | "https",
  rest: string,
  environment: Environment,
): EngineAddress {
  const secure = scheme === "https" || Boolean(environment["DOCKER_TLS_VERIFY"]);
  const protocol = secure ? "https" : "http";
  const url = URL.parse(`${protocol}://${rest}`);
  if (url === null || url.hostname === "" || url.username !== "" || url.pathname !== "/") {
    throw addressError(text, "use tcp://host:port");
  }
  // URL drops the port that is the scheme's own.
  const explicit = url.port || /:(\d+)\/?$/.exec(rest)?.[1];
  const port = Number(explicit ?? (secure ? 2376 : 2375));
  return {
    url: `${scheme}://${url.hostname}:${port}`,
    connection: {
      protocol,
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port,
      ...(secure ? readCertificates(environment) : {}),
    },
  };
}

/** The files that Docker's client reads; a server with a public certificate needs none of them. */
function readCertificates(environment: Environment): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  const folder = environment["DOCKER_CERT_PATH"] || join(homedir(), ".docker");
  const found: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
  for (const name of ["ca", "cert", "key"] as const) {
    const path = join(folder, `${name}.pem`);
    if (existsSync(path)) found[name] = readCertificate(path);
  }
  return found;
}

function readCertificate(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DockerError(
      "ENGINE_ADDRESS",
      `${path} cannot be read (${reason}): point DOCKER_CERT_PATH at the folder with the engine's certificates`,
      { cause },
    );
  }
}

/** The first of the places where engines put their socket: system-wide, Docker Desktop, rootless. */
function defaultSocket(environment: Environment): string {
  if (process.platform === "win32") return "//./pipe/docker_engine";
  const system = "/var/run/docker.sock";
  const places = [system, join(homedir(), ".docker/run/docker.sock")];
  if (environment["XDG_RUNTIME_DIR"]) places.push(`${environment["XDG_RUNTIME_DIR"]}/docker.sock`);
  return places.find((path) => existsSync(path)) ?? system;
}

function addressError(text: string, cure: string): DockerError {
  const shown = JSON.stringify(text.replace(/\/\/[^/@]*@/, "//…@").slice(0, 200));
  return new DockerError(
    "ENGINE_ADDRESS",
    `${shown} is no address of a Docker Engine that can be used: ${cure}`,
  );
}
