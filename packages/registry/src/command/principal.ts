import { Command, Option } from "commander";
import type { Principal } from "../principals/principals.ts";
import { environmentOf, exportLines } from "../serve/environment.ts";
import { ROLES, type Role } from "../server/auth/roles.ts";
import { type Terminal, tableOf, write } from "./output.ts";
import { FOLDER, withAdministration } from "./store-options.ts";

interface Options {
  folder?: string;
  json?: boolean;
}

const JSON_FLAG = ["--json", "print the result as JSON"] as const;

/** `principal`: makes, lists and revokes those who may sign in. */
export function principalCommand(terminal: Terminal): Command {
  return new Command("principal")
    .description("Make, list and revoke service principals. A folder's server may run meanwhile.")
    .addCommand(createCommand(terminal))
    .addCommand(listCommand(terminal))
    .addCommand(revokeCommand(terminal));
}

function createCommand(terminal: Terminal): Command {
  return new Command("create")
    .description("Make a principal and print the variables that sign it in; its secret only now.")
    .requiredOption("--name <name>", "shown as the author of what it does")
    .addOption(
      new Option("--role <role>", "viewer reads, contributor publishes, admin does everything")
        .choices(ROLES)
        .default("contributor"),
    )
    .option("--project <name>", "the project, made where it is missing; else the first one")
    .option(...FOLDER)
    .option(...JSON_FLAG)
    .action(async (options: Options & { name: string; role: Role; project?: string }) => {
      const { name, role, project } = options;
      await withAdministration(options.folder, terminal.environment, async (administration) => {
        const principal = await administration.createPrincipal(
          project === undefined ? { name, role } : { name, role, project },
        );
        const environment = environmentOf(administration.addresses, principal);
        const text = options.json
          ? JSON.stringify({ ...principal, environment })
          : exportLines(environment);
        await write(terminal.stdout, `${text}\n`);
      });
    });
}

function listCommand(terminal: Terminal): Command {
  return new Command("list")
    .description("List all principals, oldest first.")
    .option(...FOLDER)
    .option(...JSON_FLAG)
    .action(async (options: Options) => {
      await withAdministration(options.folder, terminal.environment, async (administration) => {
        const principals = await administration.listPrincipals();
        await write(
          terminal.stdout,
          options.json ? `${JSON.stringify(principals)}\n` : tableFor(principals),
        );
      });
    });
}

function revokeCommand(terminal: Terminal): Command {
  return new Command("revoke")
    .description("Refuse a principal from now on. What it published stays.")
    .argument("<client-id>", "see principal list")
    .option(...FOLDER)
    .option(...JSON_FLAG)
    .action(async (clientId: string, options: Options) => {
      await withAdministration(options.folder, terminal.environment, async (administration) => {
        await administration.revokePrincipal(clientId);
        const text = options.json ? JSON.stringify({ revoked: clientId }) : `Revoked ${clientId}.`;
        await write(terminal.stdout, `${text}\n`);
      });
    });
}

function tableFor(principals: readonly Principal[]): string {
  return tableOf(
    ["name", "role", "client id", "project", "revoked"],
    principals.map(({ name, role, clientId, projectId, revokedAt }) => [
      name,
      role,
      clientId,
      projectId,
      revokedAt?.toISOString() ?? "",
    ]),
  );
}
