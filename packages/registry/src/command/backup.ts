import { Command } from "commander";
import { writeNewFile } from "./new-file.ts";
import { type Terminal, write } from "./output.ts";
import { countRows, type RowCount } from "./progress.ts";
import { linesOf, openInput } from "./read-lines.ts";
import { FOLDER, storeOf, withAdministration } from "./store-options.ts";

/** The lines of a backup that are no rows: its first and its last. */
const FRAME = 2;

/** `export`: writes a backup, as lines of JSON. */
export function exportCommand(terminal: Terminal): Command {
  return new Command("export")
    .description("Write a backup as lines of JSON. A folder's server may run meanwhile.")
    .option("--out <file>", "a new file, for its owner alone; without it, the output")
    .option(...FOLDER)
    .action(async ({ out, folder }: { out?: string; folder?: string }) => {
      if (out === undefined) {
        await exportTo(async (text) => await write(terminal.stdout, text), folder, terminal);
        return;
      }
      const progress = countRows(terminal.stderr, "Wrote");
      await writeNewFile(out, async (file) => {
        const append = async (text: string) => {
          await file.appendFile(text);
          progress.add(text.split("\n").length - 1);
        };
        await exportTo(append, folder, terminal).finally(progress.end);
      });
      await write(terminal.stdout, `Wrote ${progress.rows - FRAME} rows to ${out}.\n`);
    });
}

async function exportTo(
  write: (text: string) => Promise<void>,
  folder: string | undefined,
  terminal: Terminal,
): Promise<void> {
  await withAdministration(folder, terminal.environment, async (administration) => {
    await administration.export(write);
  });
}

/** `import`: restores a backup. */
export function importCommand(terminal: Terminal): Command {
  return new Command("import")
    .description("Restore a backup into an empty store, all of it or nothing. No server may run.")
    .argument("[file]", "the backup; without it, the input")
    .option(...FOLDER)
    .option("--json", "print the number of rows as JSON")
    .action(async (path: string | undefined, options: { folder?: string; json?: boolean }) => {
      const [{ importStore }, { openStorage }] = await Promise.all([
        import("../storage/backup/import.ts"),
        import("../storage/open.ts"),
      ]);
      const input = path === undefined ? terminal.stdin : await openInput(path);
      const storage = await openStorage(storeOf(options.folder, terminal.environment));
      const progress = countRows(terminal.stderr, "Read");
      try {
        const rows = await importStore(storage.database, counted(linesOf(input), progress));
        progress.end();
        const text = options.json ? JSON.stringify({ rows }) : `Restored ${rows} rows.`;
        await write(terminal.stdout, `${text}\n`);
      } finally {
        progress.end();
        await storage.close();
      }
    });
}

async function* counted(lines: AsyncIterable<string>, progress: RowCount): AsyncGenerator<string> {
  for await (const line of lines) {
    progress.add(1);
    yield line;
  }
}
