import { randomUUID } from "node:crypto";
import { RegistryError } from "../errors.ts";
import { newId } from "../server/ids.ts";
import { type Database, inTransaction } from "../storage/database.ts";
import { asc, eq } from "../storage/drizzle.ts";
import { organizations, projects, registries } from "../storage/schema/index.ts";

/** A project, and with it the registry that its principals publish to. */
export interface Project {
  projectId: string;
  organizationId: string;
  name: string;
}

/** All projects, oldest first. */
export async function listProjects(database: Database): Promise<Project[]> {
  return await database
    .select({
      projectId: projects.id,
      organizationId: projects.organizationId,
      name: projects.name,
    })
    .from(projects)
    .orderBy(asc(projects.createdAt), asc(projects.id));
}

/**
 * Makes a project with a registry, in the organization whose id is given or in a new one.
 *
 * @throws {RegistryError} `NOT_FOUND` where there is no such organization, `ALREADY_EXISTS` where it has a project of
 * that name.
 */
export async function createProject(
  database: Database,
  options: { name: string; organizationId?: string; now?: Date },
): Promise<Project> {
  const { name, now = new Date() } = options;
  return await inTransaction(database, async (transaction) => {
    const organizationId = options.organizationId ?? randomUUID();
    if (options.organizationId === undefined) {
      await transaction.insert(organizations).values({ id: organizationId, name, createdAt: now });
    } else {
      await refuseUnknown(transaction, organizationId);
    }
    const projectId = randomUUID();
    const made = await transaction
      .insert(projects)
      .values({ id: projectId, organizationId, name, createdAt: now })
      .onConflictDoNothing()
      .returning();
    if (made.length === 0) {
      throw new RegistryError("ALREADY_EXISTS", `the organization has a project ${name} already`);
    }
    await transaction.insert(registries).values({
      projectId,
      id: newId(),
      featureTier: "PLUS",
      activated: true,
      createdAt: now,
      updatedAt: now,
    });
    return { projectId, organizationId, name };
  });
}

async function refuseUnknown(database: Database, organizationId: string): Promise<void> {
  const [found] = await database
    .select()
    .from(organizations)
    .where(eq(organizations.id, organizationId));
  if (found !== undefined) return;
  throw new RegistryError("NOT_FOUND", `there is no organization ${organizationId}`);
}
