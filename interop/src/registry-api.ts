import type { RegistryEnvironment } from "./registry-server.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by whoever expects them
export type Json = any;

/** What a registry answered. */
export interface Answer {
  status: number;
  body: Json;
}

/** A project of a registry over plain HTTP, without any of our own clients. Paths are below the project's. */
export interface RegistryApi {
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** {@link call}, and the answer's body. @throws where the status is not 200. */
  ok(method: string, path: string, body?: unknown): Promise<Json>;
}

/** Signs a principal in. @throws where the registry does not answer with a token. */
export async function signIn(url: string, environment: RegistryEnvironment): Promise<RegistryApi> {
  const token = await tokenOf(url, environment);
  const { HCP_ORGANIZATION_ID: organization, HCP_PROJECT_ID: project } = environment;
  const root = `${url}/packer/2023-01-01/organizations/${organization}/projects/${project}`;
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(root + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  return {
    call,
    ok: async (method, path, body) => {
      const answer = await call(method, path, body);
      if (answer.status === 200) return answer.body;
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    },
  };
}

/** An access token, as a client gets it. */
export async function tokenOf(url: string, environment: RegistryEnvironment): Promise<string> {
  const response = await fetch(`${url}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: environment["HCP_CLIENT_ID"] ?? "",
      client_secret: environment["HCP_CLIENT_SECRET"] ?? "",
    }),
  });
  if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
}
