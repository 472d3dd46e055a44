#!/usr/bin/env node
import { execFileSync } from "node:child_process";
import { stat } from "node:fs/promises";
import { Command } from "commander";
import { messageOf, PluginError } from "../errors.ts";
import { checkVersion } from "../version.ts";
import { bundlePlugin } from "./bundle.ts";
import { writeRelease } from "./release.ts";

interface Options {
  name: string;
  entry: string;
  out: string;
  json?: boolean;
}

const NAME_RULE = /^[a-z0-9]+(-[a-z0-9]+)*$/;

function command(name: string, description: string, run: (options: Options) => Promise<string[]>) {
  return new Command(name)
    .description(description)
    .requiredOption("--name <name>", "the plugin's name without packer-plugin-, such as docker")
    .option("--entry <file>", "the module that calls runPlugin", "plugin.ts")
    .option("--out <folder>", "where the files go", "dist")
    .option("--json", "print the paths of the files as JSON")
    .action(async (options: Options) => {
      if (!NAME_RULE.test(options.name)) {
        const rule = "use lower-case letters, digits and dashes";
        throw new PluginError(
          "UNSUPPORTED",
          `the name ${JSON.stringify(options.name)} will not do: ${rule}`,
        );
      }
      const files = await run(options);
      process.stdout.write(
        options.json ? `${JSON.stringify({ files })}\n` : `${files.join("\n")}\n`,
      );
    });
}

async function build({ name, entry, out }: Options): Promise<string[]> {
  if (!(await stat(entry).catch(() => undefined))?.isFile()) {
    throw new PluginError(
      "UNSUPPORTED",
      `there is no file ${entry}: name the module that calls runPlugin with --entry`,
    );
  }
  return [await bundlePlugin({ name, entry, folder: out })];
}

async function release(options: Options): Promise<string[]> {
  const [file = ""] = await build(options);
  const { version } = JSON.parse(
    execFileSync(process.execPath, [file, "describe"], { encoding: "utf8" }),
  );
  checkVersion(version);
  return await writeRelease(file, `${options.out}/release`, { name: options.name, version });
}

const program = new Command("packerkit-plugin")
  .description("Turns a module that calls runPlugin into a plugin that Packer loads.")
  .addCommand(command("build", "bundle the plugin into one executable file", build))
  .addCommand(
    command(
      "release",
      "bundle it, and copy it under the names that Packer looks for, with checksums",
      release,
    ),
  );

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`packerkit-plugin: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
