import assert from "node:assert/strict";
import { startHappyCloud } from "@packerkit/cloud-sim";
import { happyCloudBuilder } from "@packerkit/happy-cloud";
import { runBuild } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";

const cloud = await startHappyCloud();

const artifact = await runBuild(happyCloudBuilder, {
  config: {
    api_url: `${cloud.url}/v1`,
    token: cloud.token,
    region: "sunny-east",
    source_image: "happy-linux-1",
    image_name: "web-1",
    labels: { team: "web" },
  },
});
const { images } = await collectImages(artifact);

assert.deepEqual(images, [
  {
    imageId: "web-1",
    providerName: "happy-cloud",
    providerRegion: "Sunny East",
    labels: { team: "web" },
    sourceImageId: "img-happylinux1east",
  },
]);
await artifact?.destroy();
assert.deepEqual(cloud.snapshot().instances, []);
await cloud.close();
