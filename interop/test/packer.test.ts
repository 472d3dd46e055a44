import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPacker, type Packer } from "../src/packer.ts";

describe("Packer", () => {
  let packer: Packer;
  beforeAll(async () => {
    packer = await openPacker();
  });
  afterAll(() => packer?.remove());

  it("is the release that interop is about", async () => {
    expect(await packer.run(["version"])).toMatchObject({ exitCode: 0, stdout: "Packer v1.16.0" });
  });

  it("sees no plugin of the person who runs the tests, and leaves no temporary file", async () => {
    expect(await packer.run(["plugins", "installed"])).toMatchObject({ exitCode: 0, stdout: "" });
    expect(await readdir(packer.temporaryFolder)).toEqual([]);
  });
});
