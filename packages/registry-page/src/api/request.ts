import { RegistryError } from "./registry-error.ts";

/** Who asks, and which project of which registry is asked. */
export interface Connection {
  /** Such as `https://registry.example.com`. */
  origin: string;
  /** From {@link signIn}. */
  token: string;
  organizationId: string;
  projectId: string;
}

/** One page of a list; a token is absent where there is no such page. */
export interface Pagination {
  next_page_token?: string;
  previous_page_token?: string;
}

/** Which page of a list to ask for. */
export interface PageRequest {
  pageSize?: number;
  next?: string | undefined;
  previous?: string | undefined;
}

export type Query = Record<string, string | number | undefined>;

interface Ask {
  method?: "GET" | "POST" | "PATCH";
  query?: Query;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** How long an answer may take, in milliseconds. */
const PATIENCE = 30_000;

/**
 * Asks for something in the connection's project; `path` is its names, such as `["buckets", "ubuntu"]`.
 *
 * @throws {RegistryError} where there is no answer, or one that is not a success.
 */
export async function askProject<Answer>(
  connection: Connection,
  path: readonly string[],
  ask: Ask = {},
): Promise<Answer> {
  const { organizationId, projectId } = connection;
  const names = ["organizations", organizationId, "projects", projectId, ...path];
  return await askRegistry(connection, `/packer/2023-01-01/${joinNames(names)}`, ask);
}

/** As {@link askProject}, for any path of the registry. */
export async function askRegistry<Answer>(
  { origin, token }: Pick<Connection, "origin" | "token">,
  path: string,
  { method = "GET", query = {}, body, signal }: Ask = {},
): Promise<Answer> {
  const url = new URL(path, origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return await send(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ?? null,
  });
}

/**
 * Sends a request and reads its answer as JSON.
 *
 * @throws {RegistryError} as {@link askProject}; the reason of an aborted `signal` as it is.
 */
export async function send<Answer>(url: URL, init: RequestInit): Promise<Answer> {
  const patience = AbortSignal.timeout(PATIENCE);
  const signal = init.signal ? AbortSignal.any([init.signal, patience]) : patience;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, signal, credentials: "omit", redirect: "error" });
    text = await response.text();
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    const problem = `The registry at ${url.origin} did not answer. Check that it runs and that this device reaches it.`;
    throw new RegistryError("UNREACHABLE", problem, { cause });
  }
  const { status } = response;
  const answer = parse(text);
  if (response.ok && typeof answer === "object" && answer !== null) return answer as Answer;
  if (response.ok) {
    throw new RegistryError("UNREADABLE", `${url.origin} answered with something else than JSON.`, {
      status,
    });
  }
  throw new RegistryError("REFUSED", messageOf(answer) ?? `The registry answered HTTP ${status}.`, {
    status,
  });
}

/** The query parameters that ask for a page. */
export function pageQuery({ pageSize, next, previous }: PageRequest): Query {
  return {
    "pagination.page_size": pageSize,
    "pagination.next_page_token": next,
    "pagination.previous_page_token": previous,
  };
}

/** Dots would climb to another path of the API, and nothing is called so. */
function joinNames(names: readonly string[]): string {
  const wrong = names.find((name) => name === "" || name === "." || name === "..");
  if (wrong !== undefined) {
    throw new RegistryError(
      "REFUSED",
      `Nothing in a registry is called ${JSON.stringify(wrong)}.`,
      {
        status: 404,
      },
    );
  }
  return names.map(encodeURIComponent).join("/");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageOf(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("message" in answer)) return undefined;
  return typeof answer.message === "string" && answer.message !== "" ? answer.message : undefined;
}
