import { PassThrough } from "node:stream";
import type { Ec2ImageSummary, Ec2StandIn } from "@packerkit/cloud-sim";
import { consoleUi, runBuild } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { makeEbsBuilder } from "../src/index.ts";
import { build, HOME, leftovers, PACE, SOURCE, settings, startCloud } from "./cloud.ts";

function madeImages(cloud: Ec2StandIn): Ec2ImageSummary[] {
  return cloud.snapshot().images.filter(({ isSeed }) => !isSeed);
}

function everythingOf(images: readonly Ec2ImageSummary[]): string[] {
  return images.flatMap(({ id, snapshotIds }) => [id, ...snapshotIds]).toSorted();
}

describe("an ebs build", () => {
  it("makes an image whose metadata has id, region, provider and source", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud);
    const [image] = madeImages(cloud);
    expect(artifact.builderId()).toBe("mitchellh.amazonebs");
    expect(artifact.id()).toBe(`${HOME}:${image?.id}`);
    expect(artifact.toString()).toBe(`AMIs were created:\n${HOME}: ${image?.id}\n`);
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
    expect(artifact.state("generated_data")).toEqual({
      BuildRegion: HOME,
      SourceAMI: SOURCE,
      SourceAMICreationDate: "2026-02-20T00:00:00.000Z",
      SourceAMIName: "al2023-ami-2023.2-x86_64",
      SourceAMIOwner: "137112412989",
      SourceAMIOwnerName: "amazon",
    });
    expect(leftovers(cloud).toSorted()).toEqual(everythingOf(madeImages(cloud)));
  });

  it("asks no more than it has to on a cloud that waits for nothing", async () => {
    await using cloud = await startCloud({ timing: 0 });
    await build(cloud);
    const operations = cloud.requests.map(({ operation }) => operation);
    expect(operations.slice(0, 2)).toEqual(["DescribeImages", "DescribeImages"]);
    expect(operations.slice(2)).toEqual([
      "RunInstances",
      "DescribeInstances",
      "StopInstances",
      "DescribeInstances",
      "CreateImage",
      "DescribeImages",
      "TerminateInstances",
    ]);
  });

  it("copies it to other regions, once to each, and has one image a region", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud, {
      ami_regions: ["us-west-2", "eu-west-1", "us-west-2", HOME],
      ami_description: "From {{ .SourceAMIName }}",
    });
    const images = madeImages(cloud);
    expect(images.map(({ region }) => region)).toEqual([HOME, "us-west-2", "eu-west-1"]);
    expect(artifact.id()).toBe(
      images
        .map(({ region, id }) => `${region}:${id}`)
        .toSorted()
        .join(),
    );
    expect(artifact.state("atlas.artifact.metadata")).toEqual(
      Object.fromEntries(images.map(({ region, id }) => [`region.${region}`, id])),
    );
    const { images: registered } = await collectImages(artifact);
    expect(registered.map(({ providerRegion }) => providerRegion)).toEqual([
      "eu-west-1",
      HOME,
      "us-west-2",
    ]);
    for (const image of images) {
      expect(image).toMatchObject({
        name: "web-1",
        state: "available",
        description: "From al2023-ami-2023.2-x86_64",
      });
    }
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual([]);
  });

  it("finds the source by a filter, the most recent one", async () => {
    await using cloud = await startCloud();
    const filter = {
      filters: { name: "al2023-ami-*", "tag-key": "Release, Version" },
      owners: ["amazon"],
      most_recent: true,
    };
    const artifact = await build(cloud, { source_ami: undefined, source_ami_filter: filter });
    expect((await collectImages(artifact)).images[0]?.sourceImageId).toBe(SOURCE);
  });

  it("tags, shares and deprecates the images of all regions, and their snapshots", async () => {
    await using cloud = await startCloud();
    await build(cloud, {
      ami_regions: ["us-west-2"],
      run_tags: { Team: "web" },
      tags: { Base: "{{ .SourceAMI }} {{ .SourceAMITags.Release }}" },
      tag: [{ key: "Name", value: "web" }],
      snapshot_tags: { Kind: "root in {{ .BuildRegion }}" },
      ami_users: ["111122223333"],
      ami_groups: ["all"],
      snapshot_users: ["444455556666"],
      deprecate_at: "2035-01-31T12:00:00Z",
      imds_support: "v2.0",
    });
    const { images, snapshots } = cloud.snapshot();
    const made = images.filter(({ isSeed }) => !isSeed);
    const base = { Base: `${SOURCE} 2023.2`, Name: "web" };
    expect(made).toHaveLength(2);
    for (const image of made) {
      expect(image).toMatchObject({
        tags: { ...base, Team: "web" },
        sharedWith: ["group:all", "userId:111122223333"],
        deprecationTime: "2035-01-31T12:00:00.000Z",
        imdsSupport: "v2.0",
      });
    }
    for (const snapshot of snapshots.filter(({ isSeed }) => !isSeed)) {
      expect(snapshot).toMatchObject({
        tags: { ...base, Kind: `root in ${HOME}` },
        sharedWith: ["userId:444455556666"],
      });
    }
  });

  it("encrypts by copying, with a key for each region, and drops the unencrypted image", async () => {
    await using cloud = await startCloud();
    const keys = { "us-west-2": "alias/west", [HOME]: "alias/east" };
    const artifact = await build(cloud, {
      ami_regions: ["us-west-2"],
      encrypt_boot: true,
      region_kms_key_ids: keys,
    });
    const images = madeImages(cloud);
    expect(
      images.map(({ region, kmsKeyId, encrypted }) => ({ region, kmsKeyId, encrypted })),
    ).toEqual([
      { region: HOME, kmsKeyId: "alias/east", encrypted: true },
      { region: "us-west-2", kmsKeyId: "alias/west", encrypted: true },
    ]);
    expect(images.every(({ name }) => name === "web-1")).toBe(true);
    expect(artifact.id()).toContain(`${HOME}:${images[0]?.id}`);
    expect(leftovers(cloud).toSorted()).toEqual(everythingOf(images));
  });

  it("may keep nothing in its own region", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud, {
      ami_regions: ["us-west-2"],
      skip_save_build_region: true,
    });
    const images = madeImages(cloud);
    expect(images.map(({ region }) => region)).toEqual(["us-west-2"]);
    expect(artifact.id()).toBe(`us-west-2:${images[0]?.id}`);
    expect(leftovers(cloud).toSorted()).toEqual(everythingOf(images));
  });

  it.each([
    ["force_deregister", { force_deregister: true, force_delete_snapshot: true }, {}],
    ["-force", { force_delete_snapshot: true }, { packer: { force: true } }],
  ])("with %s replaces the images that have the name, in all regions", async (_, more, options) => {
    await using cloud = await startCloud();
    await build(cloud, { ami_regions: ["us-west-2"] });
    await build(cloud, { ami_regions: ["us-west-2"], ...more }, options);
    const images = madeImages(cloud);
    expect(images).toHaveLength(2);
    expect(leftovers(cloud).toSorted()).toEqual(everythingOf(images));
  });

  it("without force_delete_snapshot leaves the snapshots of the old images", async () => {
    await using cloud = await startCloud();
    await build(cloud);
    const [old] = madeImages(cloud);
    await build(cloud, { force_deregister: true });
    expect(cloud.snapshot().snapshots.map(({ id }) => id)).toContain(old?.snapshotIds[0]);
  });

  it("with skip_create_ami only provisions", async () => {
    await using cloud = await startCloud();
    const ui = consoleUi("test", new PassThrough().resume());
    const config = settings(cloud, { skip_create_ami: true });
    expect(await runBuild(makeEbsBuilder(PACE), { config, ui })).toBeUndefined();
    expect(leftovers(cloud)).toEqual([]);
  });

  it("keeps volumes that the template adds, unless they go with the instance", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud, {
      launch_block_device_mappings: [
        { device_name: "/dev/xvdb", volume_size: 1 },
        { device_name: "/dev/xvdc", volume_size: 1, delete_on_termination: true },
      ],
      run_volume_tags: { Kind: "data" },
    });
    const { volumes, images } = cloud.snapshot();
    expect(volumes.map(({ state, tags }) => ({ state, tags }))).toEqual([
      { state: "available", tags: { Kind: "data" } },
    ]);
    expect(images.find(({ isSeed }) => !isSeed)?.snapshotIds).toHaveLength(3);
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual(volumes.map(({ id }) => id));
  });

  it("does not delete a snapshot of somebody else that its image uses", async () => {
    await using cloud = await startCloud();
    const [foreign] = cloud.snapshot().snapshots;
    const artifact = await build(cloud, {
      ami_block_device_mappings: [{ device_name: "/dev/xvdz", snapshot_id: foreign?.id }],
    });
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual([]);
    expect(cloud.snapshot().snapshots.map(({ id }) => id)).toContain(foreign?.id);
  });

  it("waits for a cloud that knows what it made only after a while", async () => {
    await using cloud = await startCloud({ timing: { invisibleMs: 25, instanceMs: 5 } });
    const artifact = await build(cloud, { ami_regions: ["us-west-2"], tags: { Name: "web" } });
    expect(madeImages(cloud)).toHaveLength(2);
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual([]);
  });

  it("survives throttling that lasts", async () => {
    await using cloud = await startCloud();
    const throttling = { kind: "error", status: 503, code: "RequestLimitExceeded" } as const;
    for (const operation of ["RunInstances", "DescribeInstances", "CreateImage", "CreateTags"]) {
      cloud.faults.inject({ ...throttling, operation, times: 8 });
    }
    const artifact = await build(cloud, { tags: { Name: "web" } });
    expect(leftovers(cloud).toSorted()).toEqual(everythingOf(madeImages(cloud)));
    await artifact.destroy();
  });
});

describe("the network", () => {
  it("is that of the subnet that a filter finds", async () => {
    await using cloud = await startCloud();
    await build(cloud, {
      vpc_filter: { filters: { "is-default": "true" } },
      subnet_filter: { filters: { "default-for-az": "true" }, most_free: true },
      security_group_filter: { filters: { "group-name": "default" } },
      associate_public_ip_address: true,
    });
    expect(cloud.operations()).toEqual(
      expect.arrayContaining(["DescribeVpcs", "DescribeSubnets", "DescribeSecurityGroups"]),
    );
    expect(madeImages(cloud)).toHaveLength(1);
  });

  it("is the default one's roomiest subnet where only the address is asked for", async () => {
    await using cloud = await startCloud();
    await build(cloud, { associate_public_ip_address: false });
    expect(cloud.operations()).toContain("DescribeInstanceTypeOfferings");
    expect(madeImages(cloud)).toHaveLength(1);
  });

  it("has no temporary group and no key pair where nothing connects", async () => {
    await using cloud = await startCloud();
    await build(cloud);
    expect(cloud.operations()).not.toContain("CreateSecurityGroup");
    expect(cloud.operations()).not.toContain("CreateKeyPair");
  });
});
