import { afterAll, expect } from "vitest";
import { createPrincipal, type NewPrincipal } from "../../src/principals/principals.ts";
import { createProject, type Project } from "../../src/principals/projects.ts";
import { type App, buildApp } from "../../src/server/app.ts";
import type { Role } from "../../src/server/auth/roles.ts";
import type { ServerSettings } from "../../src/server/settings.ts";
import type { Database } from "../../src/storage/database.ts";
import type { Storage } from "../../src/storage/open.ts";
import { sharedStore } from "./shared-store.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by whoever expects them
export type Json = any;

export interface Answer {
  status: number;
  body: Json;
}

/** Someone who asks a registry: paths are below the caller's project. */
export interface Client {
  principal: NewPrincipal;
  token: string;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** {@link call}, and the answer's body; fails unless the status is 200. */
  ok(method: string, path: string, body?: unknown): Promise<Json>;
  /** {@link call}, and the gRPC code of the refusal; fails unless it has the gateway's form. */
  code(method: string, path: string, body?: unknown): Promise<number>;
}

export interface TestRegistry {
  app: App;
  storage: Storage;
  database: Database;
  project: Project;
  /** A contributor of the project. */
  client: Client;
  /** Moves the registry's clock. */
  advance(milliseconds: number): void;
  now(): Date;
  join(role: Role, project?: Project): Promise<Client>;
  addProject(name: string): Promise<Project>;
}

/** A registry with a project of its own on the shared store, or on another, closed after the file's last test. */
export async function startTestRegistry(
  settings: Partial<ServerSettings> = {},
  ownStorage?: Storage,
): Promise<TestRegistry> {
  const storage = ownStorage ?? (await sharedStore());
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const app = await buildApp(storage, { requestsPerSecond: 100_000, clock: now, ...settings });
  afterAll(async () => await app.close());
  const { database } = storage;
  const project = await createProject(database, { name: "default" });
  const join = async (role: Role, where = project) => {
    const { projectId } = where;
    return await signIn(app, await createPrincipal(database, { projectId, name: role, role }));
  };
  return {
    app,
    storage,
    database,
    project,
    client: await join("contributor"),
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    now,
    join,
    addProject: async (name) => await createProject(database, { name }),
  };
}

async function signIn(app: App, principal: NewPrincipal): Promise<Client> {
  const answer = await app.inject({
    method: "POST",
    url: "/oauth2/token",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: principal.clientId,
      client_secret: principal.clientSecret,
    }).toString(),
  });
  const token: string = answer.json().access_token;
  const root = `/packer/2023-01-01/organizations/${principal.organizationId}/projects/${principal.projectId}`;
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await app.inject({
      method: method as "GET",
      url: path.startsWith("//") ? path.slice(1) : `${root}${path}`,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: response.statusCode, body: response.json() };
  };
  return {
    principal,
    token,
    call,
    ok: async (method, path, body) => {
      const answer = await call(method, path, body);
      expect(answer, `${method} ${path}`).toMatchObject({ status: 200 });
      return answer.body;
    },
    code: async (method, path, body) => {
      const answer = await call(method, path, body);
      expect(answer.body, `${method} ${path}`).toEqual({
        code: expect.any(Number),
        message: expect.any(String),
        details: [],
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      return answer.body.code;
    },
  };
}
