import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { makeEbsVolumeBuilder } from "../src/index.ts";
import { access, HOME, leftovers, PACE, run, SOURCE, startCloud } from "./cloud.ts";

const volumes = [
  {
    device_name: "/dev/xvdb",
    volume_size: 2,
    volume_type: "gp3",
    tags: { Name: "kept from {{ .SourceAMI }}" },
  },
  {
    device_name: "/dev/xvdc",
    volume_size: 1,
    delete_on_termination: true,
    snapshot_volume: true,
    snapshot_description: "logs",
    snapshot_tags: { Name: "logs" },
    snapshot_users: ["111122223333"],
  },
];

function settings(cloud: Awaited<ReturnType<typeof startCloud>>, more: object = {}) {
  return {
    ...access(cloud),
    source_ami: SOURCE,
    instance_type: "t3.micro",
    communicator: "none",
    ebs_volumes: volumes,
    run_volume_tags: { Temporary: "yes" },
    ...more,
  };
}

describe("an ebsvolume build", () => {
  it("keeps volumes and snapshots, one image of metadata for each", async () => {
    await using cloud = await startCloud();
    const artifact = await run(makeEbsVolumeBuilder(PACE), settings(cloud));
    const { snapshots, volumes: kept } = cloud.snapshot();
    const [snapshot] = snapshots.filter(({ isSeed }) => !isSeed);
    expect(kept).toHaveLength(1);
    expect(kept[0]?.tags).toEqual({ Name: `kept from ${SOURCE}` });
    expect(snapshot).toMatchObject({
      state: "completed",
      tags: { Name: "logs" },
      sharedWith: ["userId:111122223333"],
    });
    const ids = [snapshot?.id ?? "", kept[0]?.id ?? ""];
    expect(artifact.builderId()).toBe("mitchellh.amazon.ebsvolume");
    expect(artifact.id()).toBe(ids.map((id) => `${HOME}:${id}`).join());
    expect((await collectImages(artifact)).images).toEqual(
      ids.map((imageId) => ({
        imageId,
        providerName: "aws",
        providerRegion: HOME,
        labels: {},
        sourceImageId: SOURCE,
      })),
    );
    expect(leftovers(cloud).toSorted()).toEqual(ids);
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual([]);
  });

  it("has one snapshot of each volume, also where the answer to the first request was lost", async () => {
    await using cloud = await startCloud();
    cloud.faults.inject({ kind: "dropAfter", operation: "CreateSnapshot" });
    await run(makeEbsVolumeBuilder(PACE), settings(cloud));
    expect(cloud.snapshot().snapshots.filter(({ isSeed }) => !isSeed)).toHaveLength(1);
  });

  it("fails with a snapshot that fails, and leaves nothing", async () => {
    await using cloud = await startCloud();
    cloud.planFailure(HOME, "snapshot", "out of room");
    await expect(run(makeEbsVolumeBuilder(PACE), settings(cloud))).rejects.toThrow(
      /there is no snapshot of vol-\w+: the snapshot snap-\w+ in us-east-1 is in state error: the snapshot failed/,
    );
    expect(leftovers(cloud)).toEqual([]);
  });

  it("that fails leaves no volume that stays in use for a while after its instance", async () => {
    await using cloud = await startCloud({ timing: { instanceMs: 1, imageMs: 1, detachMs: 300 } });
    cloud.planFailure(HOME, "snapshot", "out of room");
    await expect(run(makeEbsVolumeBuilder(PACE), settings(cloud))).rejects.toThrow(
      "the snapshot failed",
    );
    expect(leftovers(cloud)).toEqual([]);
  });

  it.each([
    [
      "nothing that is kept",
      { ebs_volumes: [{ device_name: "/dev/xvdb", delete_on_termination: true }] },
      "ebs_volumes: leaves nothing",
    ],
    [
      "a description of no snapshot",
      { ebs_volumes: [{ device_name: "/dev/xvdb", snapshot_description: "logs" }] },
      "ebs_volumes[0].snapshot_description: is of no use without snapshot_volume = true",
    ],
    [
      "a throughput of the wrong type",
      { ebs_volumes: [{ device_name: "/dev/xvdb", volume_type: "gp2", throughput: 200 }] },
      "ebs_volumes[0].throughput: is only for volumes of type gp3",
    ],
    ["an image's name", { ami_name: "web-1" }, "ami_name: is not an attribute"],
  ])("with %s is refused", async (_, more, message) => {
    await using cloud = await startCloud();
    await expect(run(makeEbsVolumeBuilder(PACE), settings(cloud, more))).rejects.toThrow(message);
    expect(cloud.requests).toEqual([]);
  });
});
