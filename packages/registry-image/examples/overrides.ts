import assert from "node:assert/strict";
import {
  fromArtifact,
  fromMappedData,
  withId,
  withProvider,
  withRegion,
} from "@packerkit/registry-image";

const artifact = { builderId: () => "mitchellh.amazonebs", id: () => "us-east-1:ami-2" };

const image = fromArtifact(artifact, withProvider("aws"), withRegion("us-east-1"));
assert.deepEqual(image, {
  imageId: "us-east-1:ami-2",
  providerName: "aws",
  providerRegion: "us-east-1",
  labels: {},
  sourceImageId: "",
});

const amis = { "us-west-2": "ami-3", "us-east-1": "ami-2" };
const images = fromMappedData(amis, (region, ami) =>
  fromArtifact(artifact, withProvider("aws"), withId(ami), withRegion(region)),
);
assert.deepEqual(
  images.map((one) => `${one.providerRegion} ${one.imageId}`),
  ["us-east-1 ami-2", "us-west-2 ami-3"],
);
