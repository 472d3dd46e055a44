import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startCommand } from "../src/command.ts";
import { repositoryRoot } from "../src/paths.ts";

const copied = ["package.json", "turbo.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", "packages"];
const generated = /\/(node_modules|dist|\.turbo|\.vitest)$/;

/** `pnpm boundaries` on a copy of the workspace, into which each test puts one wrong import. */
describe("the boundaries between packages", () => {
  let workspace = "";
  const docker = () => join(workspace, "packages/docker");

  beforeAll(async () => {
    workspace = await mkdtemp(join(tmpdir(), "pk-boundaries-"));
  });
  afterAll(() => rm(workspace, { recursive: true, force: true }));

  beforeEach(async () => {
    await rm(workspace, { recursive: true });
    for (const name of copied) {
      await cp(join(repositoryRoot, name), join(workspace, name), {
        recursive: true,
        filter: (source) => !generated.test(source),
      });
    }
  });

  async function checkBoundaries() {
    const turbo = join(repositoryRoot, "node_modules/.bin/turbo");
    const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", NO_COLOR: "1" };
    return await startCommand(turbo, ["boundaries"], { cwd: workspace, env });
  }

  it("are kept", async () => {
    expect(await checkBoundaries()).toMatchObject({ exitCode: 0 });
  });

  it("do not let a provider import another by its path", async () => {
    await writeFile(join(docker(), "src/stray.ts"), `import "../../happy-cloud/src/index.ts";\n`);
    const { exitCode, all } = await checkBoundaries();
    expect(exitCode).toBe(1);
    expect(all).toContain("leaves the package");
  });

  it("do not let a provider import another by its name", async () => {
    await writeFile(join(docker(), "src/stray.ts"), `import "@packerkit/happy-cloud";\n`);
    const { exitCode, all } = await checkBoundaries();
    expect(exitCode).toBe(1);
    expect(all).toContain("cannot import package `@packerkit/happy-cloud`");
  });

  it("do not let a provider depend on another", async () => {
    const manifestPath = join(docker(), "package.json");
    const manifest = JSON.parse(await readFile(manifestPath, "utf8"));
    manifest.dependencies["@packerkit/happy-cloud"] = "workspace:*";
    await writeFile(manifestPath, JSON.stringify(manifest));
    const { exitCode, all } = await checkBoundaries();
    expect(exitCode).toBe(1);
    expect(all).toContain("denylist");
  });
});
