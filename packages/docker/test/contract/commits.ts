import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { expect, it } from "vitest";
import { build, dockerAt, inventoryOf, shell, type TestEngine } from "../harness.ts";

const SHA256 = /^sha256:[0-9a-f]{64}$/;

/** Declares that a container becomes an image, with its metadata. */
export function describeCommit(engine: () => TestEngine): void {
  it("commits a provisioned container and describes the image", async () => {
    const { address, image } = engine();
    const before = await inventoryOf(engine());
    const source = await dockerAt(address).getImage(image).inspect();
    const artifact = await build(
      address,
      {
        image,
        commit: true,
        author: "Ada",
        message: "made by a test",
        changes: ["ENV GREETING=hello", "WORKDIR /srv"],
      },
      { provisioners: [shell("echo provisioned > /etc/motd")] },
    );
    const made = await dockerAt(address)
      .getImage(artifact?.id() ?? "")
      .inspect();
    expect(artifact?.builderId()).toBe("packer.post-processor.docker-import");
    expect(artifact?.id()).toMatch(SHA256);
    expect(artifact?.files()).toEqual([]);
    expect(String(artifact)).toContain(artifact?.id());
    expect(artifact?.state(ARTIFACT_STATE_URI)).toEqual({
      imageId: made.Id,
      providerName: "docker",
      providerRegion: "docker",
      sourceImageId: source.Id,
      labels: { ImageSha256: made.Id, PackerArtifactID: made.Id, SourceImageDigest: "" },
    });
    expect(artifact?.state("generated_data")).toEqual({
      ImageSha256: made.Id,
      SourceImageSha256: source.Id,
      SourceImageDigest: "",
    });
    expect(made).toMatchObject({ Author: "Ada", Comment: "made by a test" });
    expect(made.Config.Cmd).toEqual(["sh"]);
    expect(made.Config.Entrypoint ?? []).toEqual([]);
    expect(made.Config.Env).toContain("GREETING=hello");
    expect(made.Config.WorkingDir).toBe("/srv");

    const child = await build(
      address,
      { image: made.Id, discard: true },
      { provisioners: [shell('test "$(cat /etc/motd)" = provisioned')] },
    );
    expect(child?.files()).toEqual([]);

    await artifact?.destroy();
    await artifact?.destroy();
    expect(await inventoryOf(engine())).toEqual(before);
  });

  it("keeps the source image's command under another entrypoint", async () => {
    const { address, image } = engine();
    const artifact = await build(address, {
      image,
      commit: true,
      changes: ['ENTRYPOINT ["/bin/env"]'],
    });
    const made = await dockerAt(address)
      .getImage(artifact?.id() ?? "")
      .inspect();
    expect(made.Config).toMatchObject({ Entrypoint: ["/bin/env"], Cmd: ["sh"] });
    await artifact?.destroy();
  });

  it("hands the generated data to provisioners", async () => {
    const { address, image } = engine();
    const source = await dockerAt(address).getImage(image).inspect();
    let seen: Readonly<Record<string, unknown>> = {};
    await build(
      address,
      { image, discard: true },
      {
        provisioners: [
          async ({ data }) => {
            seen = data;
          },
        ],
      },
    );
    expect(seen).toMatchObject({
      ImageSha256: "ERR_IMAGE_SHA256_NOT_FOUND",
      SourceImageSha256: source.Id,
      SourceImageDigest: "",
      ConnType: "docker",
      ID: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("keeps what is in the scratch folder out of the image", async () => {
    const { address, image, lacks = [] } = engine();
    const artifact = await build(
      address,
      { image, commit: true, container_dir: "/scratch" },
      { provisioners: [shell("echo secret > /scratch/file && test -s /scratch/file")] },
    );
    const isKept = lacks.includes("volumes") ? "-e" : "! -e";
    await build(
      address,
      { image: artifact?.id(), discard: true },
      { provisioners: [shell(`test ${isKept} /scratch/file`)] },
    );
    await artifact?.destroy();
  });
}
