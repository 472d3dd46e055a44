import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { dockerSave, dockerTag } from "../../src/index.ts";
import { dockerAt, type TestEngine, temporaryFolder } from "../harness.ts";
import { committed, imageIdOf, postProcess } from "../post-processing.ts";
import { fileInTar } from "./archives.ts";

/** Declares what docker-save does. */
export function describeSave(engine: () => TestEngine): void {
  describe("docker-save", () => {
    it("saves an image under its name, and passes it on", async () => {
      const { address } = engine();
      await using folder = await temporaryFolder();
      const input = await committed(engine());
      const settings = { repository: "local/web", tags: ["1", "2"] };
      const tagged = await postProcess(address, dockerTag, input, settings);
      const path = join(folder.path, "new/web.tar");
      const { artifact, keep, force } = await postProcess(address, dockerSave, tagged.artifact, {
        path,
      });
      expect(artifact).toBe(tagged.artifact);
      expect({ keep, force }).toEqual({ keep: true, force: undefined });
      expect(await readdir(join(path, ".."))).toEqual(["web.tar"]);
      expect(await namesInArchive(path)).toEqual(["local/web:2"]);
      await artifact.destroy();
      await text((await dockerAt(address).loadImage(path)) as Readable);
      expect(await imageIdOf(engine(), "local/web:2")).toBe(input.id());
      await dockerAt(address).getImage(input.id()).remove({ force: true });
    });

    it("saves an image that has no name, and only one name of a repository", async () => {
      const { address } = engine();
      await using folder = await temporaryFolder();
      const input = await committed(engine());
      const path = join(folder.path, "image.tar");
      await postProcess(address, dockerSave, input, { path });
      expect(await namesInArchive(path)).toEqual([]);
      await postProcess(address, dockerTag, input, { repository: "local/web", tags: ["old"] });
      const latest = await postProcess(address, dockerTag, input, { repository: "local/web" });
      await postProcess(address, dockerSave, latest.artifact, { path });
      expect(await namesInArchive(path)).toEqual(["local/web:latest"]);
      await input.destroy();
    });

    it("refuses a path that cannot be written, before anything is done", async () => {
      const { address } = engine();
      await using folder = await temporaryFolder();
      const input = await committed(engine());
      await writeFile(join(folder.path, "file"), "");
      for (const path of [folder.path, join(folder.path, "file/x.tar"), "/dev/null"]) {
        await expect(postProcess(address, dockerSave, input, { path })).rejects.toMatchObject({
          step: "Prepare the file",
          cause: { code: "SAVE_FAILED", message: expect.stringContaining(JSON.stringify(path)) },
        });
      }
      expect(await readdir(folder.path)).toEqual(["file"]);
      await input.destroy();
    });

    it("keeps the earlier file where the image is gone", async () => {
      const { address } = engine();
      await using folder = await temporaryFolder();
      const input = await committed(engine());
      await input.destroy();
      const path = join(folder.path, "web.tar");
      await writeFile(path, "the earlier one");
      const saving = postProcess(address, dockerSave, input, { path });
      await expect(saving).rejects.toMatchObject({ cause: { code: "IMAGE_NOT_FOUND" } });
      expect(await readFile(path, "utf8")).toBe("the earlier one");
      expect(await readdir(folder.path)).toEqual(["web.tar"]);
    });
  });
}

/** The names that images in an archive have. */
async function namesInArchive(path: string): Promise<string[]> {
  const manifest: { RepoTags: string[] | null }[] = JSON.parse(
    (await fileInTar(path, "manifest.json")) ?? "[]",
  );
  return manifest.flatMap(({ RepoTags }) => RepoTags ?? []);
}
