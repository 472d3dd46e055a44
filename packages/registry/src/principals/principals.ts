import { RegistryError } from "../errors.ts";
import type { Role } from "../server/auth/roles.ts";
import { hashSecret, newClientId, newSecret } from "../server/auth/secrets.ts";
import type { Database } from "../storage/database.ts";
import { and, asc, eq, isNull } from "../storage/drizzle.ts";
import { principals, projects } from "../storage/schema/index.ts";

/** Someone who may sign in, as far as may be shown. */
export interface Principal {
  clientId: string;
  name: string;
  role: Role;
  organizationId: string;
  projectId: string;
  createdAt: Date;
  /** Since when its tokens are refused. */
  revokedAt: Date | null;
}

/** A principal at the only moment at which its secret is known. */
export interface NewPrincipal extends Principal {
  clientSecret: string;
}

/**
 * Makes a service principal of a project.
 *
 * @throws {RegistryError} `NOT_FOUND` where there is no such project, `BAD_OPTION` for an empty or long name.
 */
export async function createPrincipal(
  database: Database,
  options: { projectId: string; name: string; role: Role; now?: Date },
): Promise<NewPrincipal> {
  const { projectId, name, role, now = new Date() } = options;
  if (!/^[\w .@-]{1,64}$/.test(name)) {
    throw new RegistryError(
      "BAD_OPTION",
      `the name ${JSON.stringify(name.slice(0, 80))} will not do: use 1 to 64 letters, digits, spaces and . _ @ -`,
    );
  }
  const [project] = await database.select().from(projects).where(eq(projects.id, projectId));
  if (project === undefined) {
    throw new RegistryError("NOT_FOUND", `there is no project ${projectId}: see principal list`);
  }
  const clientId = newClientId();
  const clientSecret = newSecret();
  const secretHash = await hashSecret(clientSecret);
  await database
    .insert(principals)
    .values({ id: clientId, projectId, name, role, secretHash, createdAt: now });
  const { organizationId } = project;
  return {
    clientId,
    clientSecret,
    name,
    role,
    organizationId,
    projectId,
    createdAt: now,
    revokedAt: null,
  };
}

/** All principals of all projects, oldest first. */
export async function listPrincipals(database: Database): Promise<Principal[]> {
  return await database
    .select({
      clientId: principals.id,
      name: principals.name,
      role: principals.role,
      organizationId: projects.organizationId,
      projectId: principals.projectId,
      createdAt: principals.createdAt,
      revokedAt: principals.revokedAt,
    })
    .from(principals)
    .innerJoin(projects, eq(projects.id, principals.projectId))
    .orderBy(asc(principals.createdAt), asc(principals.id));
}

/**
 * Refuses a principal's secret from now on, and its tokens within seconds. What it published stays.
 *
 * @throws {RegistryError} `NOT_FOUND` where no principal that is not yet revoked has that client id.
 */
export async function revokePrincipal(
  database: Database,
  clientId: string,
  now = new Date(),
): Promise<void> {
  const revoked = await database
    .update(principals)
    .set({ revokedAt: now })
    .where(and(eq(principals.id, clientId), isNull(principals.revokedAt)))
    .returning({ id: principals.id });
  if (revoked.length > 0) return;
  throw new RegistryError(
    "NOT_FOUND",
    `no principal with the client id ${JSON.stringify(clientId.slice(0, 80))} is left to revoke: see principal list`,
  );
}
