import { resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";

const bin = resolve(import.meta.dirname, "../bin.js");

const demo = (...args: string[]) =>
  execa(process.execPath, [bin, ...args], {
    reject: false,
    env: { NO_COLOR: "1", FORCE_COLOR: undefined },
  });

describe("pnpm demo", () => {
  it("prints one JSON document on stdout, with the five fields of every image", async () => {
    const { stdout, exitCode } = await demo("--json", "--only", "happy-cloud");
    const { ok, apps } = JSON.parse(stdout);
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
  });

  it("shows a table and a verdict, and the progress on stderr", async () => {
    const { stdout, stderr } = await demo("--only", "happy-cloud");
    expect(stdout).toContain("backend     embedded");
    expect(stdout).toMatch(
      /│ happy-cloud │ Sunny East │ web-1 +│ img-happylinux1east │ team=web │/,
    );
    expect(stdout).toMatch(/✓ (\d+) of \1 conformance rules kept, artifact destroyed/);
    expect(stderr).toContain("==> happy-cloud: Creating the image web-1");
  });

  it("keeps the artifact where it is told to", async () => {
    const { stdout, stderr } = await demo("--only", "happy-cloud", "--keep");
    expect(stdout).toContain("artifact kept");
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
