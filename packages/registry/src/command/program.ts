import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { exportCommand, importCommand } from "./backup.ts";
import { doctorCommand } from "./doctor/command.ts";
import type { Terminal } from "./output.ts";
import { principalCommand } from "./principal.ts";
import { type PageFolder, serveCommand } from "./serve.ts";

/**
 * Runs the command with the arguments behind its name. Errors are one line on the terminal's stderr. Servers and stores are
 * loaded only where a command works with one: help is there at once.
 *
 * @returns the exit code.
 */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  pageFolder: PageFolder,
): Promise<number> {
  let exitCode = 0;
  const program = new Command("packerkit-registry")
    .description("A registry for the images of Packer, which speaks HCP Packer's API.")
    .version(manifest.version)
    .addCommand(serveCommand(terminal, pageFolder))
    .addCommand(principalCommand(terminal))
    .addCommand(exportCommand(terminal))
    .addCommand(importCommand(terminal))
    .addCommand(
      doctorCommand(terminal, () => {
        exitCode = 1;
      }),
    );
  for (const command of allOf(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    const { failureLine } = await import("../failure.ts");
    terminal.stderr.write(`packerkit-registry: ${failureLine(error)}\n`);
    return 1;
  }
}

function allOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap((one) => allOf(one as Command))];
}
