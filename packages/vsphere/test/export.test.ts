import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { startVSphere } from "@packerkit/cloud-sim";
import { describe, expect, it } from "vitest";
import { clone, cloneSettings, temporaryFolder } from "./harness.ts";
import { asTestVCenter } from "./stand-in.ts";

describe("an export", () => {
  it("is a descriptor, a disk and a manifest with the sums of both; destroying removes them", async () => {
    await using standIn = await startVSphere({ taskMs: 1 });
    await using folder = await temporaryFolder();
    const output_directory = join(folder.path, "out");
    const artifact = await clone(
      cloneSettings(asTestVCenter(standIn), {
        convert_to_template: false,
        export: { output_directory, manifest: "sha1" },
      }),
    );
    const files = (await readdir(output_directory)).toSorted();
    expect(
      artifact
        .files()
        .map((file) => basename(file))
        .toSorted(),
    ).toEqual(files);
    const kinds = files.map((file) => file.replace(/^.*\./, ""));
    expect(kinds.toSorted()).toEqual(["mf", "ovf", "vmdk"]);
    const manifest = await readFile(join(output_directory, "web-1.mf"), "utf8");
    for (const file of files.filter((name) => !name.endsWith(".mf"))) {
      const content = await readFile(join(output_directory, file));
      const sum = createHash("sha1").update(content).digest("hex");
      expect(manifest).toContain(`SHA1(${file})= ${sum}`);
    }
    await artifact.destroy();
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("overwrites nothing but with export.force", async () => {
    await using standIn = await startVSphere({ taskMs: 1 });
    await using folder = await temporaryFolder();
    const output_directory = join(folder.path, "out");
    await mkdir(output_directory);
    await writeFile(join(output_directory, "web-1.ovf"), "precious");
    const settings = { convert_to_template: false, export: { output_directory } };
    const vcenter = asTestVCenter(standIn);
    await expect(clone(cloneSettings(vcenter, settings))).rejects.toThrow(
      /web-1\.ovf exists already; .*overwrite it with export\.force/,
    );
    expect(await readFile(join(output_directory, "web-1.ovf"), "utf8")).toBe("precious");
    expect(standIn.requests).toEqual([]);
    const forced = { ...settings, export: { output_directory, force: true } };
    const artifact = await clone(cloneSettings(vcenter, forced));
    expect(await readFile(join(output_directory, "web-1.ovf"), "utf8")).toContain("<");
    await artifact.destroy();
    expect(await readdir(output_directory)).toEqual([]);
  });
});
