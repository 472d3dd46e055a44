import { RegistryError } from "../errors.ts";
import {
  createPrincipal,
  listPrincipals,
  type NewPrincipal,
  type Principal,
  revokePrincipal,
} from "../principals/principals.ts";
import { createProject, listProjects } from "../principals/projects.ts";
import type { Role } from "../server/auth/roles.ts";
import { exportStore } from "../storage/backup/export.ts";
import type { Storage } from "../storage/open.ts";
import type { Addresses } from "./environment.ts";

/** What is done to a registry by whoever has its store, rather than over its API. */
export interface Administration {
  /** What clients are told; `undefined` where no server runs that could say. */
  readonly addresses: Addresses | undefined;
  listPrincipals(): Promise<Principal[]>;
  /** `project` is a name, made where it is missing, or an id; the first project where it is left out. */
  createPrincipal(options: { name: string; role: Role; project?: string }): Promise<NewPrincipal>;
  revokePrincipal(clientId: string): Promise<void>;
  /** Writes a backup; `write` says when it can take more. */
  export(write: (text: string) => Promise<void>): Promise<void>;
}

/** Administration of a store that this process has open. */
export function administrationOf(
  { database }: Storage,
  addresses: Addresses | undefined,
): Administration {
  return {
    addresses,
    listPrincipals: async () => await listPrincipals(database),
    createPrincipal: async ({ name, role, project }) => {
      const projectId = await projectIdOf(database, project);
      return await createPrincipal(database, { projectId, name, role });
    },
    revokePrincipal: async (clientId) => await revokePrincipal(database, clientId),
    export: async (write) => {
      await exportStore(database, write);
    },
  };
}

async function projectIdOf(
  database: Storage["database"],
  project: string | undefined,
): Promise<string> {
  const projects = await listProjects(database);
  const [first] = projects;
  if (first === undefined) {
    const made = await createProject(database, { name: project ?? "default" });
    return made.projectId;
  }
  if (project === undefined) return first.projectId;
  const found = projects.find((one) => one.projectId === project || one.name === project);
  if (found !== undefined) return found.projectId;
  if (!/^[\w .-]{1,64}$/.test(project)) {
    throw new RegistryError(
      "BAD_OPTION",
      `the project ${JSON.stringify(project.slice(0, 80))} will not do: use 1 to 64 letters, digits, spaces and . _ -`,
    );
  }
  const { organizationId } = first;
  return (await createProject(database, { name: project, organizationId })).projectId;
}
