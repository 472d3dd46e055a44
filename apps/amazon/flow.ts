import { AMI_BUILDER_IDS, ebsBuilder } from "@packerkit/amazon";
import { startEc2 } from "@packerkit/cloud-sim";
import { defineFlow } from "@packerkit/demo";

/** Builds an AMI in an embedded EC2, and copies it to three more regions. */
export default defineFlow({
  name: "amazon",
  builder: ebsBuilder,
  async open() {
    const cloud = await startEc2();
    return {
      kind: "embedded",
      description: `EC2 at ${cloud.url}`,
      config: {
        region: "us-east-1",
        access_key: cloud.accessKeyId,
        secret_key: cloud.secretAccessKey,
        custom_endpoint_ec2: cloud.url,
        ami_name: "web-1",
        ami_description: "From {{ .SourceAMIName }}",
        ami_regions: ["us-west-2", "eu-central-1", "ap-southeast-2"],
        source_ami_filter: {
          filters: { name: "al2023-ami-2023.*-x86_64" },
          owners: ["amazon"],
          most_recent: true,
        },
        instance_type: "t3.micro",
        communicator: "none",
        tags: { Base: "{{ .SourceAMI }}" },
      },
      expectations: {
        builderId: AMI_BUILDER_IDS.ebs,
        provider: "aws",
        imageId: /^ami-[0-9a-f]{17}$/,
        region: /^[a-z]{2}-[a-z]+-\d$/,
        sourceId: /^ami-[0-9a-f]{17}$/,
        labels: [],
        stateKeys: ["generated_data", "atlas.artifact.metadata"],
        secrets: [cloud.secretAccessKey],
      },
      childConfig: ({ images }) => ({
        source_ami: images.find(({ providerRegion }) => providerRegion === "us-east-1")?.imageId,
        source_ami_filter: undefined,
        ami_name: "web-2",
        ami_regions: ["us-west-2"],
      }),
      close: async () => await cloud.close(),
    };
  },
});
