import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";

const bin = resolve(import.meta.dirname, "../bin.js");

const demoWith = (env: Record<string, string>, ...args: string[]) =>
  execa(process.execPath, [bin, ...args], {
    reject: false,
    env: { NO_COLOR: "1", FORCE_COLOR: undefined, ...env },
  });
const demo = (...args: string[]) => demoWith({}, ...args);

// Each runs the whole command, whose processes start by stripping the types of all their sources.
describe("pnpm demo", { timeout: 60_000 }, () => {
  it("prints one JSON document on stdout, with the five fields of every image", async () => {
    const { stdout, exitCode } = await demo("--json", "--only", "happy-cloud");
    const { ok, apps, ancestry } = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(ok).toBe(true);
    expect(apps).toHaveLength(1);
    expect(apps[0]).toMatchObject({
      app: "happy-cloud",
      backend: { kind: "embedded" },
      builderId: "packerkit.happy-cloud",
      artifactId: expect.stringMatching(/^img-/),
      kept: false,
      errors: [],
    });
    expect(Object.keys(apps[0].images[0]).toSorted()).toEqual([
      "imageId",
      "labels",
      "providerName",
      "providerRegion",
      "sourceImageId",
    ]);
    const [source] = ancestry;
    expect(source).toMatchObject({ source: "img-happylinux1east", platform: "happy-cloud" });
    expect(source.children).toMatchObject([
      {
        bucket: "happy-cloud-base",
        version: "v1",
        children: [
          {
            bucket: "happy-cloud-web",
            version: "v1",
            source: apps[0].artifactId,
            status: "UP_TO_DATE",
            children: [],
          },
        ],
      },
    ]);
    expect(apps[0].child.images).toMatchObject([{ sourceImageId: apps[0].artifactId }]);
  });

  it("shows tables, a verdict and what the registry says, and leaves the page open until Ctrl-C", async () => {
    const run = demo("--ui", "--keep", "--only", "happy-cloud");
    const page = await new Promise<Record<string, string>>((resolve) => {
      let text = "";
      run.stdout?.on("data", (chunk) => {
        text += chunk;
        const found =
          /page is at (?<url>\S+)\n +client id +(?<id>\S+)\n +client secret +(?<secret>\S+)\n/.exec(
            text,
          );
        if (found?.groups) resolve(found.groups);
      });
    });
    await expectPage(page);
    run.kill("SIGINT");
    const { exitCode, stdout, stderr } = await run;
    expect(exitCode).toBe(0);
    await expect(fetch(page["url"] ?? "")).rejects.toThrow("fetch failed");
    expect(stdout).toContain("backend     embedded");
    expect(stdout).toMatch(
      /│ happy-cloud │ Sunny East │ web-1 +│ img-happylinux1east │ team=web │/,
    );
    expect(stdout).toMatch(/│ happy-cloud │ Sunny East │ web-2 +│ img-[0-9a-f]{12} +│ team=web │/);
    expect(stdout).toMatch(/✓ (\d+) of \1 conformance rules kept, artifacts kept/);
    expect(stdout).toMatch(
      /img-happylinux1east \(happy-cloud, not in the registry\)\n +└─ happy-cloud-base v1\n +└─ happy-cloud-web v1, from img-[0-9a-f]{12}, up to date/,
    );
    expect(stderr).toContain("==> happy-cloud: Creating the image web-1");
    expect(stderr).not.toContain("Destroying");
  });

  it("refuses an unknown app and names the known ones", async () => {
    const { exitCode, stderr, stdout } = await demo("--only", "nimbus");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('There is no app "nimbus"; the apps are');
    expect(stderr).toContain("happy-cloud");
    expect(stdout).toBe("");
  });

  it("refuses an unknown option", async () => {
    const { exitCode, stderr } = await demo("--jsn");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Did you mean --json?");
  });

  it("explains itself", async () => {
    const { exitCode, stdout } = await demo("--help");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("--only");
    expect(stdout).toContain("Exit status");
  });

  it("cleans up and leaves no process behind when it is killed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "packerkit-demo-test-"));
    onTestFinished(async () => await rm(folder, { recursive: true }));
    const run = demoWith({ TMPDIR: folder }, "--json", "--only", "happy-cloud");
    run.stderr?.on("data", (chunk) => {
      if (String(chunk).includes("Starting an instance")) run.kill("SIGKILL");
    });
    const { stderr } = await run; // which every process of the demo writes to until it ends
    expect(stderr).toContain("Deleting the instance");
    expect(await readdir(folder)).toEqual([]);
  });

  it("cleans up and exits with 130 after Ctrl-C", async () => {
    const run = demo("--json", "--only", "happy-cloud");
    run.stderr?.on("data", (chunk) => {
      if (String(chunk).includes("Starting an instance")) run.kill("SIGINT");
    });
    const { exitCode, stdout, stderr } = await run;
    expect(exitCode).toBe(130);
    expect(stderr).toContain("Cancelling and cleaning up");
    expect(JSON.parse(stdout).apps[0].errors).toEqual([
      expect.stringMatching(/^cancelled during "/),
    ]);
  });
});

/** The page is there with its script, and the principal signs in. */
async function expectPage({ url, id, secret }: Record<string, string>): Promise<void> {
  const page = await (await fetch(`${url}/`)).text();
  const [, script] = /src="\.\/(assets\/[^"]+\.js)"/.exec(page) ?? [];
  const code = await fetch(`${url}/${script}`);
  expect(code.headers.get("content-type")).toContain("javascript");
  const token = await fetch(`${url}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: id ?? "",
      client_secret: secret ?? "",
    }),
  });
  expect(token.status).toBe(200);
}
