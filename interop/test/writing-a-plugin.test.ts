import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCommand } from "../src/command.ts";
import { buildGoPeer } from "../src/go-peer.ts";
import { repositoryRoot } from "../src/paths.ts";

/** A copy of the repository as a clone would have it, uncommitted changes included. */
async function copyRepository(folder: string): Promise<void> {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await startCommand("git", list, { cwd: repositoryRoot });
  for (const path of stdout.split("\n")) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(repositoryRoot, path), join(folder, path)).catch((error) => {
      if (error.code !== "ENOENT") throw error; // deleted, but not committed yet
    });
  }
}

/** The shell commands of a page, in order. */
async function commandsOf(page: string): Promise<string[]> {
  const text = await readFile(join(repositoryRoot, page), "utf8");
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands = ""]) => commands);
}

describe("docs/writing-a-plugin.md", () => {
  let home = "";
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "pk-writing-"));
    await copyRepository(join(home, "clone"));
    await mkdir(join(home, "bin"));
    await symlink(await buildGoPeer("packer"), join(home, "bin/packer"));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it("takes a stranger to packer build, command by command", async () => {
    const script = (await commandsOf("docs/writing-a-plugin.md")).join("\n");
    const result = await startCommand("bash", ["-euxo", "pipefail", "-c", script], {
      cwd: join(home, "clone"),
      env: {
        ...process.env,
        PATH: `${home}/bin:${process.env["PATH"]}`,
        PACKERKIT_NODE: process.execPath,
        CHECKPOINT_DISABLE: "1",
        PACKER_CONFIG_DIR: home,
        PACKER_PLUGIN_PATH: `${home}/plugins`,
        PACKER_NO_COLOR: "1",
        CI: undefined, // a stranger's install may change the lockfile: it has a new package
      },
      timeout: 240_000,
    });
    expect(result.exitCode, result.all).toBe(0);
    expect(result.all).toMatch(/✓ \d+ of \d+ conformance rules kept/);
    expect(result.all).toContain("rain-cloud.web: built from happy-linux-1");
    expect(result.all).toContain("--> rain-cloud.web: The image web-1 (img-");
    expect(result.all).toContain("packer-plugin-rain-cloud_v0.1.0_x5.0_linux_amd64_SHA256SUM");
  });
});
