import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runSteps } from "@packerkit/plugin-sdk";
import { expect, it } from "vitest";
import type { BuildState } from "../src/build-state.ts";
import { configSchema, Engine, readEngineAddress } from "../src/index.ts";
import { exportContainer } from "../src/steps/export-container.ts";
import { prepareExport } from "../src/steps/prepare-export.ts";
import { recordingUi, temporaryFolder } from "./harness.ts";

/** Exports from an engine that answers these bytes to whatever it is asked, and says that this is all. */
async function exportFrom(answer: Buffer, path: string): Promise<void> {
  const server = createServer((_, response) => response.end(answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ui = recordingUi();
  const state: BuildState = {
    config: configSchema.parse({ image: "x", export_path: path }),
    engine: new Engine(readEngineAddress(address)),
    ui,
    token: "packerkit-test",
    generatedData: {},
    container: { name: "packerkit-test", id: "abc", asked: true, isUncertain: false },
    images: { asked: false, isUncertain: false },
  };
  try {
    const { signal } = new AbortController();
    await runSteps([prepareExport, exportContainer], state, { ui, signal });
  } finally {
    server.close();
  }
}

it("takes an archive that has its end", async () => {
  await using folder = await temporaryFolder();
  const archive = Buffer.concat([Buffer.alloc(512, "x"), Buffer.alloc(1024)]);
  await exportFrom(archive, join(folder.path, "out.tar"));
  expect((await readFile(join(folder.path, "out.tar"))).equals(archive)).toBe(true);
});

it.each([
  ["empty", 0, 0],
  ["cut off", 512, 512],
  ["cut off in its last block", 4096, 1023],
])("refuses an archive that is %s, and leaves no file", async (_, content, zeros) => {
  await using folder = await temporaryFolder();
  const archive = Buffer.concat([Buffer.alloc(content, "x"), Buffer.alloc(zeros)]);
  const exporting = exportFrom(archive, join(folder.path, "new/out.tar"));
  await expect(exporting).rejects.toMatchObject({
    cause: { code: "EXPORT_FAILED", message: expect.stringContaining("has no end") },
  });
  expect(await readdir(folder.path)).toEqual([]);
});
