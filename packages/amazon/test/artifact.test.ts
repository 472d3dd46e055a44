import { ARTIFACT_STATE_URI, collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { AMI_BUILDER_IDS, AmiArtifact, EbsVolumeArtifact, Ec2 } from "../src/index.ts";
import { accessConfig, build, leftovers, PACE, startCloud } from "./cloud.ts";

/** No call is made: nothing answers there. */
const ec2 = new Ec2(
  {
    ...accessConfig({ url: "http://127.0.0.1:1", accessKeyId: "a", secretAccessKey: "b" } as never),
  },
  PACE,
);

describe("an AMI artifact", () => {
  it.each([
    ["none at all", undefined],
    ["null", null],
    ["a text", "SourceAMI"],
    ["none of the keys", {}],
    ["a source that is no text", { SourceAMI: 42 }],
    ["a source that is a list", { SourceAMI: ["ami-1"] }],
  ])(
    "with generated data that has %s answers its images without a source",
    async (_, generatedData) => {
      const amis = { "us-east-1": "ami-1" };
      const artifact = new AmiArtifact({
        ec2,
        builderId: AMI_BUILDER_IDS.ebs,
        amis,
        generatedData,
      });
      expect((await collectImages(artifact)).images).toMatchObject([
        { imageId: "ami-1", providerRegion: "us-east-1", sourceImageId: "" },
      ]);
    },
  );

  it("tells the errors of all regions, and removes what it can", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud, { ami_regions: ["us-west-2", "eu-west-1"] });
    const refusal = {
      kind: "error",
      status: 403,
      code: "UnauthorizedOperation",
      times: 2,
    } as const;
    cloud.faults.inject({ ...refusal, operation: "DeregisterImage" });
    const error = await artifact.destroy().catch((thrown: unknown) => thrown as Error);
    const left = cloud.snapshot().images.filter(({ isSeed }) => !isSeed);
    expect(left).toHaveLength(2);
    expect(error).toMatchObject({ code: "DESTROY_FAILED" });
    for (const { id, region, snapshotIds } of left) {
      expect((error as Error).message).toContain(
        `could not remove the image and its snapshots ${id}, ${snapshotIds.join(", ")} in ${region}`,
      );
    }
    expect((error as Error).message).toMatch(/request [0-9a-f-]{36}/);
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual([]);
  });

  it("remembers the snapshots of an image that it could only deregister", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud);
    const refusal = { kind: "error", status: 403, code: "UnauthorizedOperation" } as const;
    cloud.faults.inject({ ...refusal, operation: "DeleteSnapshot" });
    await expect(artifact.destroy()).rejects.toThrow(/could not remove the snapshots snap-\w+ in/);
    expect(leftovers(cloud)).toHaveLength(1);
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual([]);
  });
});

describe("an EBS volume artifact", () => {
  const regions = Array.from({ length: 30 }, (_, index) => `us-test-${index}`);
  const volumes = Object.fromEntries(
    regions.map((region, index) => [
      region,
      Array.from({ length: 100 }, (_, number) => `vol-${index}-${number}`),
    ]),
  );
  const artifact = new EbsVolumeArtifact({
    ec2,
    volumes,
    snapshots: { "us-test-0": ["snap-1"] },
    generatedData: { SourceAMI: "ami-1" },
  });

  it("of 30 regions with 100 volumes each answers its state in under a millisecond", () => {
    const times: number[] = [];
    for (let round = 0; round < 200; round++) {
      const start = performance.now();
      artifact.state(ARTIFACT_STATE_URI);
      times.push(performance.now() - start);
    }
    expect(times.toSorted((a, b) => a - b)[100]).toBeLessThan(1);
    expect(artifact.state(ARTIFACT_STATE_URI)).toHaveLength(3001);
  });

  it("answers in the order of regions and ids, whatever the order that it was made in", () => {
    const shuffled = Object.fromEntries(Object.entries(volumes).toReversed());
    const other = new EbsVolumeArtifact({
      ec2,
      volumes: shuffled,
      snapshots: { "us-test-0": ["snap-1"] },
      generatedData: { SourceAMI: "ami-1" },
    });
    expect(other.id()).toBe(artifact.id());
    expect(other.state(ARTIFACT_STATE_URI)).toEqual(artifact.state(ARTIFACT_STATE_URI));
    expect(artifact.id().startsWith("us-test-0:snap-1,us-test-0:vol-0-0,")).toBe(true);
  });
});
