import { open } from "node:fs/promises";
import { Command } from "commander";
import { messageOf, RegistryError } from "../errors.ts";
import { importStore } from "../storage/backup/import.ts";
import { openStorage } from "../storage/open.ts";
import { type Terminal, write } from "./output.ts";
import { linesOf, openInput } from "./read-lines.ts";
import { storeOf, withAdministration } from "./store-options.ts";

/** `export`: writes a backup, as lines of JSON. */
export function exportCommand(terminal: Terminal): Command {
  return new Command("export")
    .description("Write a backup as lines of JSON. A folder's server may run meanwhile.")
    .option("--out <file>", "a new file, for its owner alone; without it, the output")
    .option("--folder <path>", "the server's folder; without it DATABASE_URL, or the default")
    .action(async ({ out, folder }: { out?: string; folder?: string }) => {
      const file = out === undefined ? undefined : await createFile(out);
      try {
        await withAdministration(folder, terminal.environment, async (administration) => {
          await administration.export(async (text) =>
            file === undefined ? await write(terminal.stdout, text) : await file.appendFile(text),
          );
        });
        await file?.sync();
      } finally {
        await file?.close();
      }
    });
}

/** `import`: restores a backup. */
export function importCommand(terminal: Terminal): Command {
  return new Command("import")
    .description("Restore a backup into an empty store, all of it or nothing. No server may run.")
    .argument("[file]", "the backup; without it, the input")
    .option("--folder <path>", "a new folder; without it DATABASE_URL, or the default")
    .option("--json", "print the number of rows as JSON")
    .action(async (path: string | undefined, options: { folder?: string; json?: boolean }) => {
      const input = path === undefined ? terminal.stdin : await openInput(path);
      const storage = await openStorage(storeOf(options.folder, terminal.environment));
      try {
        const rows = await importStore(storage.database, linesOf(input));
        const text = options.json ? JSON.stringify({ rows }) : `Restored ${rows} rows.`;
        await write(terminal.stdout, `${text}\n`);
      } finally {
        await storage.close();
      }
    });
}

async function createFile(path: string) {
  try {
    return await open(path, "wx", 0o600);
  } catch (cause) {
    throw new RegistryError(
      "BAD_OPTION",
      `cannot create ${path}: ${messageOf(cause)}; name a file that is not there yet`,
      { cause },
    );
  }
}
