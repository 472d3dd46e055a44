import { once, setMaxListeners } from "node:events";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { ancestryText } from "./ancestry/ancestry-text.ts";
import { appNames } from "./discover.ts";
import { type Demo, runDemo } from "./run-demo.ts";
import { reportText } from "./text.ts";

interface Options {
  only?: string[];
  json?: boolean;
  keep?: boolean;
  ui?: boolean;
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
  const { signal, dispose } = cancelOnInterrupt();
  let demo: Demo;
  try {
    const selected = [...new Set(options.only ?? names)];
    const pageFolder = options.ui ? await builtPage() : undefined;
    demo = await runDemo(selected, { keep: options.keep ?? false, signal, pageFolder });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  } finally {
    dispose();
  }
  try {
    print(demo, options);
    if (signal.aborted) return 130;
    if (options.ui) await interrupted();
  } finally {
    await demo.registry.stop();
  }
  return demo.reports.every(({ ok }) => ok) ? 0 : 1;
}

function makeCommand(names: readonly string[]): Command {
  return new Command("demo")
    .description(
      "Builds an image with each example app, asks the artifact's state for the image metadata, checks it against the conformance rules, publishes it to a registry, builds a second image on it, and shows what the registry says of them. Needs no cloud account: where the real service does not answer, an embedded stand-in does.",
    )
    .option(
      "--only <apps>",
      `run only these, separated by commas: ${names.join(", ")}`,
      (value, before: string[] = []) => [...before, ...pick(value, names)],
    )
    .option("--json", "print one JSON document on stdout, and nothing else there")
    .option("--keep", "do not destroy the artifacts at the end")
    .option("--ui", "at the end leave the registry and its page open until Ctrl-C")
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

async function builtPage(): Promise<string> {
  const { buildPage } = await import("@packerkit/registry-page/folder");
  return await buildPage();
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

/** Settles at the first Ctrl-C; another one ends the process at once. */
async function interrupted(): Promise<void> {
  const listening = new AbortController();
  const { signal } = listening;
  await Promise.race([once(process, "SIGINT", { signal }), once(process, "SIGTERM", { signal })]);
  listening.abort();
}

function print({ reports, ancestry, registry }: Demo, { json, ui }: Options): void {
  const ok = reports.every((report) => report.ok);
  const { url, environment } = registry;
  const { HCP_CLIENT_ID: clientId, HCP_CLIENT_SECRET: clientSecret } = environment;
  if (json) {
    const page = ui ? { page: { url, clientId, clientSecret } } : {};
    const document = { ok, apps: reports, ancestry, ...page };
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    return;
  }
  const width = process.stdout.columns ?? 120;
  const texts = reports.map((report) => reportText(report, width));
  if (ancestry.length > 0) texts.push(ancestryText(ancestry, url));
  if (ui) {
    texts.push(
      `The registry's page is at ${url}\n  client id      ${clientId}\n  client secret  ${clientSecret}\nPress Ctrl-C to end it.`,
    );
  }
  process.stdout.write(`\n${texts.join("\n\n")}\n`);
}
