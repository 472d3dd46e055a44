import { describeArtifactConformance } from "@packerkit/conformance/vitest";
import { BUILDER_ID, HappyCloudArtifact, HappyCloudClient } from "../src/index.ts";
import { build, leftovers, startCloud } from "./cloud.ts";

const TOKEN = "a-token-that-must-not-show";

describeArtifactConformance(
  "the happy-cloud image",
  async () => {
    const cloud = await startCloud(TOKEN);
    const artifact = await build(cloud);
    return {
      artifact,
      withGeneratedData(generatedData) {
        const { images, regions } = cloud.snapshot();
        const image = images.find(({ id }) => id === artifact.id());
        const region = regions.find(({ id }) => id === image?.region);
        if (image === undefined || region === undefined) throw new Error("the image is gone");
        const client = new HappyCloudClient(`${cloud.url}/v1`, cloud.token);
        return new HappyCloudArtifact(client, image, region, generatedData);
      },
      remaining: () => leftovers(cloud),
      breakDestroy() {
        cloud.faults.inject({ operation: "DeleteImage", kind: "error" });
        return [artifact.id()];
      },
      dispose: async () => await cloud.close(),
    };
  },
  {
    builderId: BUILDER_ID,
    provider: "happy-cloud",
    imageId: /^[a-z][a-z0-9-]*$/,
    region: /^Sunny (East|West)$/,
    sourceId: /^img-/,
    labels: ["team"],
    stateKeys: ["generated_data"],
    secrets: [TOKEN],
  },
);
