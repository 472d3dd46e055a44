import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { build, HOME, leftovers, SOURCE, startCloud } from "./cloud.ts";

describe("an ebs build", () => {
  it("makes an image whose metadata has id, region, provider and source", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud);
    const [image] = cloud.snapshot().images.filter(({ isSeed }) => !isSeed);
    expect(artifact.builderId()).toBe("mitchellh.amazonebs");
    expect(artifact.id()).toBe(`${HOME}:${image?.id}`);
    expect(await collectImages(artifact)).toEqual({
      images: [
        {
          imageId: image?.id,
          providerName: "aws",
          providerRegion: HOME,
          labels: {},
          sourceImageId: SOURCE,
        },
      ],
      labels: {},
      dropped: [],
    });
    expect(leftovers(cloud)).toEqual([image?.id, ...(image?.snapshotIds ?? [])]);
  });
});
