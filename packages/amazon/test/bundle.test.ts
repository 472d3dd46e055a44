import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("a bundled plugin holds only those calls of EC2 that are made", async () => {
  const folder = await mkdtemp(join(tmpdir(), "amazon-bundle-"));
  try {
    const command = fileURLToPath(
      new URL("pack/cli.ts", import.meta.resolve("@packerkit/plugin-sdk")),
    );
    const entry = fileURLToPath(new URL("fixtures/plugin.ts", import.meta.url));
    const args = [command, "build", "--name", "amazon", "--entry", entry, "--out", folder];
    await promisify(execFile)(process.execPath, args);
    const bundle = await readFile(join(folder, "packer-plugin-amazon"), "utf8");
    const calls = ["CopyImage", "CreateTransitGateway"].filter((call) =>
      new RegExp(`["'\`]${call}["'\`]`).test(bundle),
    );
    expect(calls).toEqual(["CopyImage"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
