import { setMaxListeners } from "node:events";
import { consoleUi } from "@packerkit/plugin-sdk";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { appNames, loadFlow } from "./discover.ts";
import { type FlowReport, runFlow } from "./run-flow.ts";
import { reportText } from "./text.ts";

interface Options {
  only?: string[];
  json?: boolean;
  keep?: boolean;
}

/**
 * The command `pnpm demo`. Reports go to stdout, progress to stderr.
 *
 * @returns the exit status: 0 where every app passed, 1 where one failed, 2 for a wrong call, 130 after Ctrl-C.
 */
export async function main(args: readonly string[]): Promise<number> {
  const names = appNames();
  const command = makeCommand(names);
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const options = command.opts<Options>();
  const selected = [...new Set(options.only ?? names)];
  const { signal, dispose } = cancelOnInterrupt();
  try {
    const reports = await Promise.all(selected.map((name) => runApp(name, options, signal)));
    print(reports, options);
    if (signal.aborted) return 130;
    return reports.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    dispose();
  }
}

function makeCommand(names: readonly string[]): Command {
  return new Command("demo")
    .description(
      "Builds an image with each example app, asks the artifact's state for the image metadata, checks it against the conformance rules and shows it. Needs no cloud account: where the real service does not answer, an embedded stand-in does.",
    )
    .option(
      "--only <apps>",
      `run only these, separated by commas: ${names.join(", ")}`,
      (value, before: string[] = []) => [...before, ...pick(value, names)],
    )
    .option("--json", "print one JSON document on stdout, and nothing else there")
    .option("--keep", "do not destroy the artifacts at the end")
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      "\nExit status: 0 all passed, 1 an app failed, 2 wrong usage, 130 interrupted.\n",
    )
    .allowExcessArguments(false)
    .exitOverride();
}

function pick(value: string, names: readonly string[]): string[] {
  const picked = value.split(",").map((name) => name.trim());
  for (const name of picked) {
    if (!names.includes(name)) {
      throw new InvalidArgumentError(
        `There is no app ${JSON.stringify(name)}; the apps are ${names.join(", ")}.`,
      );
    }
  }
  return picked;
}

async function runApp(
  name: string,
  { keep = false }: Options,
  signal: AbortSignal,
): Promise<FlowReport> {
  return await runFlow(await loadFlow(name), { ui: consoleUi(name), signal, keep });
}

/** The first Ctrl-C cancels and lets everything clean up; the second ends the process at once. */
function cancelOnInterrupt(): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const cancel = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write("Cancelling and cleaning up; press Ctrl-C again to quit at once.\n");
    controller.abort(new Error(`interrupted by ${name}`));
  };
  process.on("SIGINT", cancel).on("SIGTERM", cancel);
  return {
    signal: controller.signal,
    dispose: () => process.off("SIGINT", cancel).off("SIGTERM", cancel),
  };
}

function print(reports: readonly FlowReport[], { json }: Options): void {
  const ok = reports.every((report) => report.ok);
  if (json) {
    process.stdout.write(`${JSON.stringify({ ok, apps: reports }, undefined, 2)}\n`);
    return;
  }
  const width = process.stdout.columns ?? 120;
  const text = reports.map((report) => reportText(report, width)).join("\n\n");
  process.stdout.write(`\n${text}\n`);
}
