import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build, type RolldownPluginOption } from "rolldown";
import { compactCode } from "./compact-code.ts";
import { launcher, nodeCheck, windowsLauncher } from "./launcher.ts";

/** What to bundle. */
export interface BundleOptions {
  /** The plugin's name without `packer-plugin-`, such as `docker`. */
  name: string;
  /** The module that calls `runPlugin`. */
  entry: string;
  /** The folder for the file. */
  folder: string;
}

/**
 * Bundles a plugin with everything that it imports into the one executable file `packer-plugin-<name>`, and a `.cmd`
 * file beside it that starts it on Windows. Code behind a dynamic import stays unevaluated until it is asked for.
 *
 * A file `bundle.config.ts` beside the entry may export, as its default, plugins for rolldown: how a package that is
 * large asks to be bundled.
 *
 * @returns the path of the file.
 */
export async function bundlePlugin({ name, entry, folder }: BundleOptions): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = resolve(folder, `packer-plugin-${name}`);
  const draft = `${file}.draft.cjs`;
  try {
    await build({
      input: entry,
      plugins: await ownPlugins(entry),
      platform: "node",
      logLevel: "warn",
      // `using` and the like are there from Node 24 on; the plugin runs on 22.18 as well.
      transform: { target: "node22.18" },
      // What runs is compiled once and kept; what does not run is not to be compiled at all.
      optimization: { pifeForModuleWrappers: false },
      output: {
        file: draft,
        // Node takes the end of a release name for a file extension that it does not know, and loads such a file as
        // CommonJS only.
        format: "cjs",
        codeSplitting: false,
        // Of functions and classes the names stay: stack traces show them, and the AWS SDK asks for one.
        minify: {
          compress: true,
          mangle: { keepNames: true },
          codegen: { removeWhitespace: true },
        },
      },
      // Optional native add-ons: their packages work without them.
      external: [/\.node$/, "cpu-features"],
    });
    const code = compactCode((await readFile(draft, "utf8")).replace(/^#!.*\n/, ""));
    const { stdout } = await promisify(execFile)(process.execPath, [draft, "describe"]);
    const id = createHash("sha256").update(code).digest("hex").slice(0, 16);
    const head = launcher({ name, description: stdout.trim(), id });
    await writeFile(draft, head + nodeCheck(name) + code);
    await chmod(draft, 0o755);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  await writeFile(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  await writeFile(join(folder, `packer-plugin-${name}.cmd`), windowsLauncher(basename(file)));
  return file;
}

async function ownPlugins(entry: string): Promise<RolldownPluginOption[]> {
  const file = join(dirname(resolve(entry)), "bundle.config.ts");
  if (!existsSync(file)) return [];
  const { default: plugins } = (await import(pathToFileURL(file).href)) as {
    default: RolldownPluginOption[];
  };
  return plugins;
}
