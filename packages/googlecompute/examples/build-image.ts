import assert from "node:assert/strict";
import { startGoogleCompute } from "@packerkit/cloud-sim";
import { googleComputeBuilder } from "@packerkit/googlecompute";
import { runBuild } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";

const cloud = await startGoogleCompute();

const artifact = await runBuild(googleComputeBuilder, {
  config: {
    access_token: cloud.token,
    custom_endpoints: cloud.endpoints,
    project_id: cloud.project,
    zone: "us-central1-a",
    source_image_family: "debian-12",
    image_name: "web-1",
    image_labels: { team: "web", app: "shop" },
    communicator: "none",
    metadata: { "startup-script": "apt-get() { :; }; apt-get install nginx" },
  },
});
const { images } = await collectImages(artifact);

assert.equal(images[0]?.imageId, "web-1");
assert.equal(images[0]?.providerName, "gce");
assert.equal(images[0]?.providerRegion, "us-central1-a");
assert.equal(images[0]?.sourceImageId, "debian-12-bookworm-v20260609");
assert.equal(images[0]?.labels["tags"], "app:shop,team:web");
await artifact?.destroy();
assert.deepEqual(cloud.snapshot().images, []);
await cloud.close();
