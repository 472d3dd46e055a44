import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ARTIFACT_STATE_URI, type Artifact } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { dockerTag } from "../../src/index.ts";
import { build, inventoryOf, type TestEngine, temporaryFolder } from "../harness.ts";
import { committed, exported, imageIdOf, postProcess } from "../post-processing.ts";

/** Declares what docker-tag does. */
export function describeTag(engine: () => TestEngine): void {
  describe("docker-tag", () => {
    it("gives an image its names, and passes on what is known of it", async () => {
      const before = await inventoryOf(engine());
      const input = await committed(engine());
      const settings = { repository: "local/web", tags: ["1.0", "latest", "1.0"] };
      const { artifact, keep, force } = await postProcess(
        engine().address,
        dockerTag,
        input,
        settings,
      );
      expect({ keep, force }).toEqual({ keep: true, force: true });
      expect(artifact.builderId()).toBe("packer.post-processor.docker-tag");
      expect(artifact.id()).toBe("local/web:latest");
      expect(artifact.state("docker_tags")).toEqual(["local/web:1.0", "local/web:latest"]);
      expect(artifact.state("generated_data")).toEqual(input.state("generated_data"));
      const metadata = input.state(ARTIFACT_STATE_URI) as { labels: object };
      expect(artifact.state(ARTIFACT_STATE_URI)).toEqual({
        ...metadata,
        labels: {
          ...metadata.labels,
          PackerArtifactID: "local/web:latest",
          tags: "local/web:1.0,local/web:latest",
        },
      });
      expect(await imageIdOf(engine(), "local/web:1.0")).toBe(input.id());
      await artifact.destroy();
      expect(await inventoryOf(engine())).toEqual(before);
    });

    it("takes a repository alone, and what it has tagged itself", async () => {
      const before = await inventoryOf(engine());
      const { address } = engine();
      const input = await committed(engine());
      const first = await postProcess(address, dockerTag, input, { repository: "local/web" });
      expect(first.artifact.id()).toBe("local/web");
      expect(first.artifact.state("docker_tags")).toBeUndefined();
      const again = { repository: "registry.example:5000/a/web:2" };
      const second = await postProcess(address, dockerTag, first.artifact, again);
      expect(await imageIdOf(engine(), "registry.example:5000/a/web:2")).toBe(input.id());
      await second.artifact.destroy();
      expect(await imageIdOf(engine(), "local/web:latest")).toBe(input.id());
      await first.artifact.destroy();
      expect(await inventoryOf(engine())).toEqual(before);
    });

    it("removes the image from a Dockerfile with the last name of what was built on it", async () => {
      const before = await inventoryOf(engine());
      const { address, image } = engine();
      await using folder = await temporaryFolder();
      const path = join(folder.path, "Dockerfile");
      await writeFile(path, `FROM ${image}\nENV BUILT=yes\n`);
      const block = { path, build_dir: folder.path, pull: false };
      const input = (await build(address, { commit: true, build: block })) as Artifact;
      const one = await postProcess(address, dockerTag, input, { repository: "local/one" });
      const two = await postProcess(address, dockerTag, input, { repository: "local/two" });
      await one.artifact.destroy();
      expect(await imageIdOf(engine(), "local/two")).toBe(input.id());
      await two.artifact.destroy();
      expect(await inventoryOf(engine())).toEqual(before);
    });

    it("takes a name from another image", async () => {
      const older = await committed(engine());
      const newer = await committed(engine());
      const settings = { repository: "local/web", tags: ["1"] };
      await postProcess(engine().address, dockerTag, older, settings);
      const { artifact } = await postProcess(engine().address, dockerTag, newer, settings);
      expect(await imageIdOf(engine(), "local/web:1")).toBe(newer.id());
      await artifact.destroy();
      await older.destroy();
    });

    it("refuses an export, and an image that is not there", async () => {
      const { address } = engine();
      await using folder = await temporaryFolder();
      const archive = await exported(engine(), folder.path);
      const ofArchive = postProcess(address, dockerTag, archive, { repository: "local/web" });
      await expect(ofArchive).rejects.toMatchObject({ code: "ARTIFACT_UNSUPPORTED" });
      await expect(ofArchive).rejects.toThrow(
        /docker-tag cannot take an artifact of "packer.docker".*docker-import or.*docker-tag: set commit = true/,
      );
      const gone = await committed(engine());
      await gone.destroy();
      const ofGone = postProcess(address, dockerTag, gone, { repository: "local/web" });
      await expect(ofGone).rejects.toMatchObject({ cause: { code: "IMAGE_NOT_FOUND" } });
      await expect(ofGone).rejects.toThrow(gone.id());
    });
  });
}
