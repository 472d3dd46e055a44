import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import {
  build,
  inventoryOf,
  recordingUi,
  shell,
  type TestEngine,
  temporaryFolder,
} from "../harness.ts";

/** Declares which builds are refused, how, and that they leave nothing. */
export function describeRefusals(engine: () => TestEngine): void {
  it.each([
    ["an image that is not there", { image: "no-such-image:1" }, "IMAGE_NOT_FOUND", /pull = true/],
    [
      "an entrypoint that ends",
      { entrypoint: ["/bin/true"] },
      "CONTAINER_FAILED",
      /that keep running/,
    ],
    ["an entrypoint that is not there", { entrypoint: ["/no"] }, "CONTAINER_FAILED", /\["\/no"\]/],
  ])("refuses %s and leaves nothing", async (_, settings, code, reason) => {
    const { address, image } = engine();
    const before = await inventoryOf(engine());
    // An entrypoint that ends may do so only after the container was found running.
    const provisioners = [async () => await sleep(500), shell("true")];
    const building = build(address, { image, commit: true, ...settings }, { provisioners });
    await expect(building).rejects.toMatchObject({ leftBehind: [], cause: { code } });
    await expect(building).rejects.toThrow(reason);
    expect(await inventoryOf(engine())).toEqual(before);
  });

  it("refuses an export path that is a folder or under a file", async () => {
    const { address, image } = engine();
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "file"), "");
    for (const path of [folder.path, join(folder.path, "file/x.tar")]) {
      await expect(build(address, { image, export_path: path })).rejects.toMatchObject({
        step: "Prepare the export",
        cause: { code: "EXPORT_FAILED" },
      });
    }
    expect(await readdir(folder.path)).toEqual(["file"]);
  });

  it("leaves nothing where a provisioner fails, and says what failed", async () => {
    const { address, image } = engine();
    const before = await inventoryOf(engine());
    const ui = recordingUi();
    const building = build(
      address,
      { image, commit: true },
      { ui, provisioners: [shell("echo broken >&2; exit 3")] },
    );
    await expect(building).rejects.toMatchObject({ code: "STEP_FAILED", step: "Provision" });
    expect(ui.errors.join("\n")).toContain("exited with 3: broken");
    expect(await inventoryOf(engine())).toEqual(before);
  });
}
