import { describeArtifactConformance } from "@packerkit/conformance/vitest";
import {
  AMI_BUILDER_IDS,
  AmiArtifact,
  EBS_VOLUME_BUILDER_ID,
  EbsVolumeArtifact,
  Ec2,
  makeEbsVolumeBuilder,
} from "../src/index.ts";
import {
  access,
  accessConfig,
  build,
  HOME,
  leftovers,
  PACE,
  run,
  SOURCE,
  startCloud,
} from "./cloud.ts";

const SECRET = "a-secret-key-that-must-not-show";
const SOURCE_ID = /^ami-[0-9a-f]{17}$/;

for (const [kind, builderId] of Object.entries(AMI_BUILDER_IDS)) {
  describeArtifactConformance(
    `the AMIs of ${kind}`,
    async () => {
      const cloud = await startCloud({ secretAccessKey: SECRET });
      const built = await build(cloud, { ami_regions: ["us-west-2"] });
      const amis = Object.fromEntries(
        built
          .id()
          .split(",")
          .map((pair) => pair.split(":") as [string, string]),
      );
      const ec2 = new Ec2(accessConfig(cloud), PACE);
      const make = (generatedData: unknown) =>
        new AmiArtifact({ ec2, builderId, amis, generatedData });
      return {
        artifact: kind === "ebs" ? built : make(built.state("generated_data")),
        withGeneratedData: make,
        remaining: () => leftovers(cloud),
        breakDestroy() {
          const refusal = { kind: "error", status: 403, code: "UnauthorizedOperation" } as const;
          cloud.faults.inject({ ...refusal, operation: "DeregisterImage", times: 2 });
          return leftovers(cloud);
        },
        dispose: async () => await cloud.close(),
      };
    },
    {
      builderId,
      provider: "aws",
      imageId: /^ami-[0-9a-f]{17}$/,
      region: /^[a-z]{2}-[a-z]+-\d$/,
      sourceId: SOURCE_ID,
      labels: [],
      stateKeys: ["generated_data", "atlas.artifact.metadata"],
      secrets: [SECRET],
    },
  );
}

describeArtifactConformance(
  "the volumes and snapshots of ebsvolume",
  async () => {
    const cloud = await startCloud({ secretAccessKey: SECRET });
    const artifact = await run(makeEbsVolumeBuilder(PACE), {
      ...access(cloud),
      source_ami: SOURCE,
      instance_type: "t3.micro",
      communicator: "none",
      ebs_volumes: [
        { device_name: "/dev/xvdb", volume_size: 1, snapshot_volume: true },
        { device_name: "/dev/xvdc", volume_size: 1, snapshot_volume: true },
      ],
    });
    const ids = artifact
      .id()
      .split(",")
      .map((pair) => pair.split(":")[1] ?? "");
    const ec2 = new Ec2(accessConfig(cloud), PACE);
    return {
      artifact,
      withGeneratedData: (generatedData) =>
        new EbsVolumeArtifact({
          ec2,
          volumes: { [HOME]: ids.filter((id) => id.startsWith("vol-")) },
          snapshots: { [HOME]: ids.filter((id) => id.startsWith("snap-")) },
          generatedData,
        }),
      remaining: () => leftovers(cloud),
      breakDestroy() {
        const refusal = {
          kind: "error",
          status: 403,
          code: "UnauthorizedOperation",
          times: 2,
        } as const;
        cloud.faults.inject({ ...refusal, operation: "DeleteVolume" });
        cloud.faults.inject({ ...refusal, operation: "DeleteSnapshot" });
        return ids;
      },
      dispose: async () => await cloud.close(),
    };
  },
  {
    builderId: EBS_VOLUME_BUILDER_ID,
    provider: "aws",
    imageId: /^(vol|snap)-[0-9a-f]{17}$/,
    region: /^us-east-1$/,
    sourceId: SOURCE_ID,
    labels: [],
    stateKeys: ["generated_data"],
    secrets: [SECRET],
  },
);
