import type { FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import type { Database } from "../../storage/database.ts";
import { and, eq, isNull } from "../../storage/drizzle.ts";
import { principals, projects, registries } from "../../storage/schema/index.ts";
import { denied, notFound, refused, unauthenticated } from "../grpc-error.ts";
import { mayActAs, type Role } from "./roles.ts";
import { API_AUDIENCE, type TokenSigner } from "./tokens.ts";

/** Who makes a request, and whose rows it may touch. */
export interface Caller {
  clientId: string;
  /** Shown as the author of what the principal does. */
  name: string;
  role: Role;
  organizationId: string;
  projectId: string;
  registry: "activated" | "deactivated" | "missing";
}

/** For how long a revoked principal's token may still be taken, in milliseconds. */
const TRUST_TIME = 5_000;

/** Finds out who makes a request. */
export class Authenticator {
  readonly #database: Database;
  readonly #signer: TokenSigner;
  readonly #known = new LRUCache<string, Caller>({ max: 10_000, ttl: TRUST_TIME });

  constructor(database: Database, signer: TokenSigner) {
    this.#database = database;
    this.#signer = signer;
  }

  /**
   * Who sent the request.
   *
   * @throws {GrpcError} 16 without a bearer token, with one that is not valid, or of a revoked principal.
   */
  async callerOf(request: FastifyRequest): Promise<Caller> {
    const [, token] = /^bearer +([\w.-]+)$/i.exec(request.headers.authorization ?? "") ?? [];
    if (token === undefined) {
      throw unauthenticated("the request has no bearer token: get one at /oauth2/token");
    }
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const caller = await this.#load(await this.#signer.verify(API_AUDIENCE, token));
    this.#known.set(token, caller);
    return caller;
  }

  /** Asks the store again at the next request; after a change to the registry itself. */
  forget(): void {
    this.#known.clear();
  }

  async #load(clientId: string): Promise<Caller> {
    const [row] = await this.#database
      .select({
        clientId: principals.id,
        name: principals.name,
        role: principals.role,
        organizationId: projects.organizationId,
        projectId: principals.projectId,
        activated: registries.activated,
      })
      .from(principals)
      .innerJoin(projects, eq(projects.id, principals.projectId))
      .leftJoin(registries, eq(registries.projectId, principals.projectId))
      .where(and(eq(principals.id, clientId), isNull(principals.revokedAt)));
    if (row === undefined) throw unauthenticated("the principal was revoked, or is unknown here");
    const { activated, ...caller } = row;
    const registry = activated === null ? "missing" : activated ? "activated" : "deactivated";
    return { ...caller, registry };
  }
}

/**
 * Refuses a caller who may not do what a route does. The answer is the same whether another project exists or not.
 *
 * @throws {GrpcError} 7 for another organization or project, or for too small a role.
 */
export function authorize(
  caller: Caller,
  path: { organization_id?: string; project_id?: string },
  role: Role,
): void {
  const { organization_id = caller.organizationId, project_id = caller.projectId } = path;
  if (organization_id !== caller.organizationId || project_id !== caller.projectId) {
    throw denied(
      "the principal belongs to another organization or project: check HCP_ORGANIZATION_ID and HCP_PROJECT_ID",
    );
  }
  if (mayActAs(caller.role, role)) return;
  throw denied(`this takes the role ${role}, the principal ${caller.name} is a ${caller.role}`);
}

/**
 * Refuses what needs a registry where the project has none in use.
 *
 * @throws {GrpcError} 5 without a registry, 9 with one that is deactivated.
 */
export function requireRegistry(caller: Caller): void {
  if (caller.registry === "missing") {
    throw notFound("the project has no registry: create it with PUT …/registry");
  }
  if (caller.registry === "deactivated") {
    throw refused("the project's registry is deactivated: activate it with PATCH …/registry");
  }
}
