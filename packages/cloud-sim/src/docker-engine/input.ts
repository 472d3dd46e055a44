import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import { type ContainerConfig, emptyConfig, type HostConfig } from "./model.ts";

type Body = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a request, which may be missing.
 *
 * @throws {ApiError} 400 for another content type; as `Exchange.readJson`.
 */
export async function readBody(exchange: Exchange): Promise<Body> {
  const body = await exchange.readJson();
  const type = exchange.request.headers["content-type"] ?? "";
  if (Object.keys(body).length > 0 && !/^application\/json\b/.test(type)) {
    throw new ApiError(
      400,
      "bad_content_type",
      `Content-Type specified (${type}) must be 'application/json'`,
    );
  }
  return body;
}

/** Whether a query field is set, as the engine reads it. Source: `BoolValue`, moby `httputils/form.go`. */
export function flag(exchange: Exchange, field: string, byDefault = false): boolean {
  const value = exchange.query.get(field);
  if (value === null) return byDefault;
  return !["", "0", "no", "false", "none"].includes(value.trim().toLowerCase());
}

/**
 * The query field `filters`: lists of values by name.
 *
 * @throws {ApiError} 400 for a filter that is not in `known`, 500 for what is no JSON.
 */
export function readFilters(
  exchange: Exchange,
  known: readonly string[],
): Record<string, string[]> {
  const text = exchange.field("filters");
  if (text === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError(500, "bad_filters", "unexpected end of JSON input");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ApiError(400, "bad_filters", "invalid filter");
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, values]) => {
      if (!known.includes(name)) throw new ApiError(400, "bad_filters", `Invalid filter '${name}'`);
      // Older clients send a set: { "value": true }.
      const list = Array.isArray(values) ? values : Object.keys(values ?? {});
      return [name, list.map(String)];
    }),
  );
}

/** The configuration of a container. @throws {ApiError} 400. */
export function readConfig(body: Body): ContainerConfig {
  return {
    ...emptyConfig(),
    Hostname: text(body, "Hostname"),
    Domainname: text(body, "Domainname"),
    User: text(body, "User"),
    AttachStdin: bool(body, "AttachStdin"),
    AttachStdout: bool(body, "AttachStdout"),
    AttachStderr: bool(body, "AttachStderr"),
    ...(body["ExposedPorts"] == null ? {} : { ExposedPorts: record(body, "ExposedPorts") ?? {} }),
    Tty: bool(body, "Tty"),
    OpenStdin: bool(body, "OpenStdin"),
    StdinOnce: bool(body, "StdinOnce"),
    Env: list(body, "Env"),
    Cmd: wordOrWords(body, "Cmd"),
    Image: text(body, "Image"),
    Volumes: record(body, "Volumes"),
    WorkingDir: text(body, "WorkingDir"),
    Entrypoint: wordOrWords(body, "Entrypoint"),
    OnBuild: list(body, "OnBuild"),
    Labels: labels(body),
  };
}

/** What a container has of its host. @throws {ApiError} 400. */
export function readHostConfig(body: Body): HostConfig {
  const host = (record(body, "HostConfig") ?? {}) as Record<string, unknown>;
  return {
    ...host,
    NetworkMode: text(host, "NetworkMode") || "default",
    AutoRemove: bool(host, "AutoRemove"),
  };
}

export function text(body: Body, field: string): string {
  const value = body[field] ?? "";
  if (typeof value === "string") return value;
  throw wrongType(field, "string", value);
}

export function bool(body: Body, field: string): boolean {
  const value = body[field] ?? false;
  if (typeof value === "boolean") return value;
  throw wrongType(field, "bool", value);
}

/** A list of texts, or a single one. */
function wordOrWords(body: Body, field: string): string[] | null {
  const value = body[field];
  return typeof value === "string" ? [value] : list(body, field);
}

/** A list of texts. */
export function list(body: Body, field: string): string[] | null {
  const value = body[field] ?? null;
  if (value === null) return null;
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value;
  throw wrongType(field, "[]string", value);
}

function record(body: Body, field: string): Record<string, object> | null {
  const value = body[field] ?? null;
  if (value === null) return null;
  if (typeof value === "object" && !Array.isArray(value)) return value as Record<string, object>;
  throw wrongType(field, "map", value);
}

function labels(body: Body): Record<string, string> | null {
  const value = record(body, "Labels") as Record<string, unknown> | null;
  const wrong = Object.values(value ?? {}).find((label) => typeof label !== "string");
  if (wrong !== undefined) throw wrongType("Labels", "string", wrong);
  return value as Record<string, string> | null;
}

function wrongType(field: string, wanted: string, value: unknown): ApiError {
  const got = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  return new ApiError(
    400,
    "bad_body",
    `json: cannot unmarshal ${got} into Go struct field ${field} of type ${wanted}`,
  );
}
