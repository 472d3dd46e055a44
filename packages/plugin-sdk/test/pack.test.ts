import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describePlugin, startPlugin } from "@packerkit/plugin-protocol";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const cli = resolve(import.meta.dirname, "../src/pack/cli.ts");
const entry = resolve(import.meta.dirname, "fixtures/toy-plugin.ts");
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pack-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const pack = (...args: string[]) =>
  execa(process.execPath, [cli, ...args], { reject: false, cwd: folder });
const environment = { PACKERKIT_NODE: process.execPath };

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((item) => item.isFile()).map((item) => join(item.parentPath, item.name));
}

/** Has a plugin do its work once, and kills it as Packer does. */
async function runOnce(file: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const plugin = await startPlugin({
    file,
    environment: { ...environment, ...variables },
    kind: "datasource",
    name: "lookup",
  });
  await plugin.component.configure([{ kind: "plain", value: { name: "web" } }]);
  await plugin.component.execute({ signal: new AbortController().signal });
  process.kill(plugin.pid, "SIGKILL");
  await plugin.exited;
  await plugin.close();
}

describe("packerkit-plugin", () => {
  it("writes one executable file that answers describe without Node, and starts with it", async () => {
    const { stdout, exitCode } = await pack("build", "--name", "toy", "--entry", entry);
    expect(exitCode).toBe(0);
    const file = resolve(folder, stdout);
    const withoutNode = await execa(file, ["describe"], {
      env: { PATH: "/bin:/usr/bin", PACKERKIT_NODE: "/none" },
    });
    const withNode = await execa(process.execPath, [file, "describe"]);
    expect(withoutNode.stdout).toBe(withNode.stdout);
    expect(await describePlugin({ file })).toMatchObject({ version: "1.2.3" });
    const plugin = await startPlugin({ file, environment, kind: "datasource", name: "lookup" });
    await plugin.component.configure([{ kind: "plain", value: { name: "web" } }]);
    await plugin.close();
    expect(await plugin.exited).toBe(0);
  });

  it("releases it under the names that Packer looks for, with checksums", async () => {
    const { stdout } = await pack("release", "--name", "toy", "--entry", entry, "--json");
    const { files } = JSON.parse(stdout) as { files: string[] };
    const [linux] = files.filter((file) =>
      file.endsWith("packer-plugin-toy_v1.2.3_x5.0_linux_amd64"),
    );
    const path = resolve(folder, linux ?? "");
    const digest = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
    expect(await readFile(`${path}_SHA256SUM`, "utf8")).toBe(digest);
    expect(await readdir(join(folder, "dist/release"))).toContain(
      "packer-plugin-toy_v1.2.3_SHA256SUMS",
    );
    // The end of that name looks like a file extension to Node: it must start all the same.
    const plugin = await startPlugin({ file: path, environment, kind: "builder", name: "second" });
    await plugin.close();
    expect(await plugin.exited).toBe(0);
  });

  it.each([
    ["no name", ["build", "--entry", entry], "--name <name>"],
    [
      "a bad name",
      ["build", "--name", "My Plugin", "--entry", entry],
      "use lower-case letters, digits and dashes",
    ],
    [
      "a missing module",
      ["build", "--name", "toy", "--entry", "none.ts"],
      "there is no file none.ts",
    ],
  ])("refuses %s", async (_, args, message) => {
    const { exitCode, stderr } = await pack(...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });

  it("refuses a version that Packer would pass over", async () => {
    const odd = join(folder, "odd.ts");
    await symlink(resolve(import.meta.dirname, "../node_modules"), join(folder, "node_modules"));
    const index = resolve(import.meta.dirname, "../src/index.ts");
    await writeFile(
      odd,
      `import { runPlugin } from ${JSON.stringify(index)}; runPlugin({ version: "1.0" });`,
    );
    const { exitCode, stderr } = await pack("build", "--name", "odd", "--entry", odd);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('"1.0": make it three numbers');
    expect(await readdir(join(folder, "dist"))).not.toContain("packer-plugin-odd");
  });

  it("bundles with the plugins for rolldown that bundle.config.ts beside the entry exports", async () => {
    const own = await mkdtemp(join(folder, "own-"));
    await symlink(resolve(import.meta.dirname, "../node_modules"), join(own, "node_modules"));
    const index = resolve(import.meta.dirname, "../src/index.ts");
    await writeFile(
      join(own, "plugin.ts"),
      `import { runPlugin } from ${JSON.stringify(index)}; import version from "virtual:version"; runPlugin({ version });`,
    );
    await writeFile(
      join(own, "bundle.config.ts"),
      `export default [{
        name: "version",
        resolveId: (id: string) => (id === "virtual:version" ? id : null),
        load: (id: string) => (id === "virtual:version" ? 'export default "4.5.6"' : null),
      }];`,
    );
    const { all, exitCode } = await execa(
      process.execPath,
      [cli, "build", "--name", "own", "--entry", join(own, "plugin.ts"), "--out", own],
      { reject: false, all: true },
    );
    expect(exitCode, all).toBe(0);
    const file = join(own, "packer-plugin-own");
    expect(await describePlugin({ file })).toMatchObject({ version: "4.5.6" });
  });

  it("a plugin's compiled code is kept although Packer kills it, and used if it is whole", async () => {
    await pack("build", "--name", "toy", "--entry", entry);
    const file = join(folder, "dist/packer-plugin-toy");
    const cache = await mkdtemp(join(folder, "cache-"));
    await runOnce(file, { NODE_COMPILE_CACHE: cache });
    const [kept = ""] = await filesIn(cache);
    const first = await stat(kept);
    expect(first.mode & 0o777).toBe(0o600);
    await runOnce(file, { NODE_COMPILE_CACHE: cache });
    expect(await filesIn(cache)).toEqual([kept]);
    expect(await stat(kept)).toMatchObject({ ino: first.ino });

    const code = await readFile(kept);
    await writeFile(kept, code.fill(0, code.length / 2));
    await runOnce(file, { NODE_COMPILE_CACHE: cache });
    expect((await stat(kept)).ino).not.toBe(first.ino);

    // Where it cannot be put, nothing half-done stays.
    await rm(kept);
    await mkdir(kept);
    await runOnce(file, { NODE_COMPILE_CACHE: cache });
    expect(await filesIn(cache)).toEqual([]);

    const other = await mkdtemp(join(folder, "cache-"));
    await runOnce(file, { NODE_COMPILE_CACHE: other, NODE_DISABLE_COMPILE_CACHE: "1" });
    expect(await filesIn(other)).toEqual([]);
  });

  it("a plugin says in one sentence that Node is missing or too old", async () => {
    await pack("build", "--name", "toy", "--entry", entry);
    const file = join(folder, "dist/packer-plugin-toy");
    const missing = await execa(file, ["start"], {
      env: { PACKERKIT_NODE: "/no/node" },
      reject: false,
    });
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toMatch(
      /^packer-plugin-toy needs Node 22\.18 or newer, and there is no \/no\/node/,
    );

    const old = join(folder, "old-node");
    const pretend = `Object.defineProperty(process.versions, "node", { value: "20.1.0" })`;
    await writeFile(
      old,
      `#!/bin/sh\nexec ${process.execPath} --import 'data:text/javascript,${pretend}' "$@"\n`,
      { mode: 0o755 },
    );
    const tooOld = await execa(file, ["start"], { env: { PACKERKIT_NODE: old }, reject: false });
    expect(tooOld.exitCode).toBe(1);
    expect(tooOld.stderr).toBe(
      "packer-plugin-toy needs Node 22.18 or newer, and this is 20.1.0: install it, or name it in PACKERKIT_NODE.",
    );
  });
});
