import assert from "node:assert/strict";
import { ebsBuilder } from "@packerkit/amazon";
import { startEc2 } from "@packerkit/cloud-sim";
import { runBuild } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";

await using cloud = await startEc2();

const artifact = await runBuild(ebsBuilder, {
  config: {
    region: "us-east-1",
    ami_name: "web-1",
    ami_regions: ["us-west-2"],
    source_ami_filter: {
      filters: { name: "al2023-ami-*" },
      owners: ["amazon"],
      most_recent: true,
    },
    instance_type: "t3.micro",
    communicator: "none",
    tags: { Base: "{{ .SourceAMIName }}" },
    access_key: cloud.accessKeyId,
    secret_key: cloud.secretAccessKey,
    custom_endpoint_ec2: cloud.url,
  },
});
const { images } = await collectImages(artifact);

assert.deepEqual(
  images.map(({ providerName, providerRegion }) => `${providerName} ${providerRegion}`),
  ["aws us-east-1", "aws us-west-2"],
);
await artifact?.destroy();
assert.deepEqual(cloud.snapshot().instances, []);
