import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { expect, it } from "vitest";
import {
  build,
  dockerAt,
  inventoryOf,
  recordingUi,
  shell,
  type TestEngine,
  temporaryFolder,
} from "../harness.ts";

/** Declares that the source image can be built from a Dockerfile. */
export function describeDockerfiles(engine: () => TestEngine): void {
  it("builds the source image from a Dockerfile, with arguments and without ignored files", async () => {
    const { address, image } = engine();
    await using folder = await temporaryFolder();
    const context = join(folder.path, "context");
    await mkdir(join(context, "secret"), { recursive: true });
    await writeFile(join(context, "greeting"), "hello");
    await writeFile(join(context, "secret/key"), "hidden");
    await writeFile(join(context, "secret/public"), "shown");
    await writeFile(join(context, ".dockerignore"), "secret\n!secret/public\n");
    const path = join(folder.path, "Dockerfile");
    await writeFile(path, dockerfile(image, "ARG WHO", "RUN echo $WHO > /who", "COPY . /srv/"));
    const before = await inventoryOf(engine());
    const ui = recordingUi();
    const artifact = await build(
      address,
      {
        network: "none",
        build: { path, build_dir: context, pull: false, compress: true, arguments: { WHO: "me" } },
        commit: true,
      },
      {
        ui,
        provisioners: [
          shell(
            'test "$(cat /who /srv/greeting /srv/secret/public)" = "me\nhelloshown" && test ! -e /srv/secret/key',
          ),
        ],
      },
    );
    const { Config: config } = await dockerAt(address)
      .getImage(artifact?.id() ?? "")
      .inspect();
    expect(config.Cmd).toEqual(["sh"]);
    const metadata = artifact?.state(ARTIFACT_STATE_URI) as { sourceImageId: string };
    const base = await dockerAt(address).getImage(metadata.sourceImageId).inspect();
    expect(base.Id).toBe(metadata.sourceImageId);
    expect(ui.lines.join("\n")).toMatch(/RUN echo me > \/who|RUN echo \$WHO > \/who/);
    await artifact?.destroy();
    expect(await inventoryOf(engine())).toEqual(before);
  });

  it("keeps nothing of a Dockerfile's image where the container is discarded", async () => {
    const { address, image } = engine();
    await using folder = await temporaryFolder();
    const path = join(folder.path, "Dockerfile");
    await writeFile(path, dockerfile(image, "ENV WHERE=here"));
    const before = await inventoryOf(engine());
    await build(
      address,
      { build: { path, build_dir: folder.path, pull: false }, discard: true },
      { provisioners: [shell('test "$WHERE" = here')] },
    );
    expect(await inventoryOf(engine())).toEqual(before);
  });

  it.each([
    ["a command that fails", "RUN echo printed && exit 7", /exit code: 7[\s\S]*printed/],
    ["an unknown instruction", "RUNN true", /unknown instruction: RUNN/i],
  ])("refuses a Dockerfile with %s and leaves nothing", async (_, line, reason) => {
    const { address, image } = engine();
    await using folder = await temporaryFolder();
    const path = join(folder.path, "Dockerfile");
    await writeFile(path, dockerfile(image, line));
    const before = await inventoryOf(engine());
    const building = build(address, {
      network: "none",
      build: { path, build_dir: folder.path, pull: false },
      commit: true,
    });
    await expect(building).rejects.toMatchObject({
      leftBehind: [],
      cause: { code: "DOCKERFILE_FAILED" },
    });
    await expect(building).rejects.toThrow(reason);
    expect(await inventoryOf(engine())).toEqual(before);
  });

  it("refuses a Dockerfile or a folder that is not there", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "Dockerfile");
    await writeFile(path, "FROM scratch");
    for (const block of [{ path: `${path}.gone` }, { path, build_dir: path }]) {
      const settings = { build: { build_dir: folder.path, ...block }, commit: true };
      await expect(build(engine().address, settings)).rejects.toMatchObject({
        step: "Build the source image",
        cause: { code: "DOCKERFILE_FAILED" },
      });
    }
  });
}

/** A Dockerfile on top of an image. */
function dockerfile(image: string, ...lines: string[]): string {
  return `${[`FROM ${image}`, ...lines].join("\n")}\n`;
}
