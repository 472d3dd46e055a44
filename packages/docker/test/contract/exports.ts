import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { expect, it } from "vitest";
import { build, inventoryOf, shell, type TestEngine, temporaryFolder } from "../harness.ts";
import { fileInTar } from "./archives.ts";

/** Declares that a container becomes a tar archive. */
export function describeExport(engine: () => TestEngine): void {
  it("exports a provisioned container to a file", async () => {
    const { address, image } = engine();
    await using folder = await temporaryFolder();
    const before = await inventoryOf(engine());
    const path = join(folder.path, "new/folder/container.tar");
    const artifact = await build(
      address,
      { image, export_path: path },
      { provisioners: [shell("echo exported > /etc/motd")] },
    );
    expect(artifact?.builderId()).toBe("packer.docker");
    expect(artifact?.files()).toEqual([path]);
    expect(artifact?.state(ARTIFACT_STATE_URI)).toBeUndefined();
    expect(await readdir(join(path, ".."))).toEqual(["container.tar"]);
    expect(await fileInTar(path, "etc/motd")).toBe("exported\n");
    expect(await inventoryOf(engine())).toEqual(before);
    await artifact?.destroy();
    await artifact?.destroy();
    expect(await readdir(join(path, ".."))).toEqual([]);
  });

  it("replaces an earlier export only when the new one is whole", async () => {
    const { address, image } = engine();
    await using folder = await temporaryFolder();
    const path = join(folder.path, "container.tar");
    await writeFile(path, "the earlier one");
    const failing = build(
      address,
      { image, export_path: path },
      { provisioners: [shell("exit 3")] },
    );
    await expect(failing).rejects.toThrow("exited with 3");
    expect(await readFile(path, "utf8")).toBe("the earlier one");
    await build(address, { image, export_path: path });
    expect(await fileInTar(path, "etc/passwd")).toContain("root");
    expect(await readdir(folder.path)).toEqual(["container.tar"]);
  });
}
