import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ARTIFACT_STATE_URI, type Artifact } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { dockerImport } from "../../src/index.ts";
import {
  build,
  dockerAt,
  inventoryOf,
  recordingUi,
  shell,
  type TestEngine,
  temporaryFolder,
} from "../harness.ts";
import { exported, filesOf, imageIdOf, postProcess } from "../post-processing.ts";

/** Declares what docker-import does. */
export function describeImport(engine: () => TestEngine): void {
  describe("docker-import", () => {
    it("makes an image of an exported container", async () => {
      const before = await inventoryOf(engine());
      const { address, image } = engine();
      await using folder = await temporaryFolder();
      const input = await exported(engine(), folder.path);
      const { artifact, keep } = await postProcess(address, dockerImport, input, {
        repository: "local/imported",
        tag: "1",
        changes: ['CMD ["cat", "/etc/motd"]', "ENV A=b"],
      });
      expect(keep ?? false).toBe(false);
      expect(artifact.builderId()).toBe("packer.post-processor.docker-import");
      expect(artifact.id()).toBe("local/imported:1");
      const made = await dockerAt(address).getImage("local/imported:1").inspect();
      expect(made.Config).toMatchObject({ Cmd: ["cat", "/etc/motd"], Env: ["A=b"] });
      expect(artifact.state(ARTIFACT_STATE_URI)).toEqual({
        imageId: made.Id,
        providerName: "docker",
        providerRegion: "docker",
        sourceImageId: await imageIdOf(engine(), image),
        labels: {
          ImageSha256: made.Id,
          PackerArtifactID: "local/imported:1",
          SourceImageDigest: "",
        },
      });
      const settings = { image: "local/imported:1", discard: true };
      const provisioners = [shell('test "$(cat /etc/motd)" = exported')];
      await build(address, settings, { provisioners });
      await artifact.destroy();
      expect(await inventoryOf(engine())).toEqual(before);
    });

    it("takes the first file of artifice", async () => {
      const { address } = engine();
      await using folder = await temporaryFolder();
      const archive = await exported(engine(), folder.path);
      const files = [...archive.files(), "other.txt"];
      const input = filesOf("packer.post-processor.artifice", ...files);
      const ui = recordingUi();
      const settings = { repository: "local/imported" };
      const { artifact } = await postProcess(address, dockerImport, input, settings, { ui });
      expect(ui.lines).toContain(`Only ${files[0]} is imported, not other.txt`);
      const id = await imageIdOf(engine(), "local/imported:latest");
      expect(artifact.state(ARTIFACT_STATE_URI)).toMatchObject({ imageId: id, sourceImageId: "" });
      await artifact.destroy();
    });

    it("refuses an image, a discarded container, and what is no archive", async () => {
      const { address, image } = engine();
      await using folder = await temporaryFolder();
      const before = await inventoryOf(engine());
      const cut = join(folder.path, "cut.tar");
      const [whole = ""] = (await exported(engine(), folder.path)).files();
      await writeFile(cut, (await readFile(whole)).subarray(0, 700));
      const folderPath = join(folder.path, "folder");
      await mkdir(folderPath);
      const discarded = (await build(address, { image, discard: true })) as Artifact;
      const file = (path: string) => filesOf("packer.docker", path);
      const cases: [Artifact, RegExp][] = [
        [filesOf("packer.post-processor.docker-import"), /is an image already/],
        [discarded, /Docker container, discarded has none: set export_path/],
        [file(join(folder.path, "gone.tar")), /gone.tar" cannot be read/],
        [file(folderPath), /folder" cannot be read \(it is no file\)/],
        [file(cut), /cut.tar could not be imported: .*whole tar archive/],
      ];
      for (const [input, reason] of cases) {
        const importing = postProcess(address, dockerImport, input, { repository: "local/web" });
        await expect(importing).rejects.toThrow(reason);
        expect(await inventoryOf(engine())).toEqual(before);
      }
    });
  });
}
