import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuildCloud, closeMoto, openMoto, openStandIn } from "../fixtures/amazon-clouds.ts";
import {
  type Answers,
  type Attributes,
  access,
  block,
  build,
  comparable,
  environmentFor,
  imagesOf,
  source,
  template,
} from "../fixtures/amazon-packer.ts";
import { openPackerPair, type PackerPair } from "../fixtures/packer-pair.ts";
import { interrupt } from "../src/command.ts";
import type { Packer } from "../src/packer.ts";

let packers: PackerPair;

beforeAll(async () => {
  packers = await openPackerPair("amazon");
});
afterAll(async () => {
  await packers?.[Symbol.asyncDispose]();
  await closeMoto();
});

const REGIONS = ["eu-west-1", "us-east-1", "us-west-2"];

const EBS = {
  ami_name: '"web-1"',
  ami_description: '"From {{ .SourceAMIName }}"',
  ami_regions: JSON.stringify(REGIONS),
  tags: '{ Base = "{{ .SourceAMI }}", Team = "web" }',
};

describe.each([
  ["the stand-in", openStandIn],
  ["moto", openMoto],
])("the same template gives the same artifact with both plugins, in Packer on %s", (_, open) => {
  /** moto is one cloud for all builds. */
  const name = (packer: Packer) => (packer === packers.ours ? "ours" : "official");

  /** Builds with each of the plugins, in clouds of their own. */
  async function both(make: (packer: Packer, cloud: BuildCloud) => Promise<Answers>) {
    const results: Answers[] = [];
    for (const packer of [packers.official, packers.ours]) {
      await using cloud = await open();
      results.push(await make(packer, cloud));
    }
    const [theirs, own] = results as [Answers, Answers];
    return { theirs, own };
  }

  it("ebs, in three regions", async () => {
    const { theirs, own } = await both(async (packer, cloud) => {
      const text = source("amazon-ebs", cloud, { ...EBS, ami_name: `"three-${name(packer)}"` });
      return await build(await template(packer, "amazon-ebs", text), cloud);
    });
    expect(comparable(own)).toEqual(comparable(theirs));
    expect(imagesOf(own).map(({ ProviderRegion }) => ProviderRegion)).toEqual(REGIONS);
    for (const { ImageID, ProviderName, SourceImageID } of imagesOf(own)) {
      expect([ImageID, SourceImageID]).toEqual([
        expect.stringMatching(/^ami-/),
        expect.stringMatching(/^ami-/),
      ]);
      expect(ProviderName).toBe("aws");
    }
  });

  it("ebs, of one region, with a source from the data source ami", async () => {
    const { theirs, own } = await both(async (packer, cloud) => {
      const data = block('data "amazon-ami" "base"', {
        ...access(cloud),
        filters: `{ name = "${cloud.sourceName}" }`,
        owners: '["amazon"]',
        most_recent: "true",
      });
      const attributes = {
        ...access(cloud),
        ami_name: `"\${data.amazon-ami.base.owner}-${name(packer)}"`,
        source_ami: "data.amazon-ami.base.id",
        instance_type: '"t3.micro"',
        communicator: '"none"',
      };
      const text = data + block('source "amazon-ebs" "web"', attributes);
      return await build(await template(packer, "amazon-ebs", text), cloud);
    });
    expect(comparable(own)).toEqual(comparable(theirs));
    expect(imagesOf(own)).toHaveLength(1);
  });

  it("ebsvolume, a volume and the snapshot of another", async () => {
    const volumes: Attributes[] = [
      { device_name: '"/dev/xvdb"', volume_size: "1", delete_on_termination: "false" },
      {
        device_name: '"/dev/xvdc"',
        volume_size: "2",
        delete_on_termination: "true",
        snapshot_volume: "true",
      },
    ];
    const { theirs, own } = await both(async (packer, cloud) => {
      const blocks = volumes.map((volume) => block("ebs_volumes", volume)).join("");
      const text = source("amazon-ebsvolume", cloud, {}, blocks);
      return await build(await template(packer, "amazon-ebsvolume", text), cloud);
    });
    expect(comparable(own)).toEqual(comparable(theirs));
    expect(imagesOf(own).map(({ ImageID }) => ImageID.split("-")[0])).toEqual(["snap", "vol"]);
  });
});

describe("our plugin in Packer", () => {
  it("names what is wrong with a template, and what is left out, without a call", async () => {
    await using cloud = await openStandIn();
    const text = source("amazon-ebs", cloud, {
      ami_name: '"?"',
      spot_price: '"auto"',
    });
    const made = await template(packers.ours, "amazon-ebs", text);
    const result = await made.packer("validate");
    expect(result.exitCode).toBe(1);
    for (const name of ["ami_name", "spot_price"]) {
      expect(result.all).toContain(`${name}: `);
    }
    expect(cloud.requests).toEqual([]);
  });

  it("Ctrl-C in the middle cleans up in all regions", async () => {
    await using cloud = await openStandIn({ timing: { copyMs: 60_000 } });
    const made = await template(packers.ours, "amazon-ebs", source("amazon-ebs", cloud, EBS));
    const running = made.packer("build", [], environmentFor(cloud));
    running.stdout.on("data", (chunk) => {
      if (String(chunk).includes("Copying the image")) interrupt(running);
    });
    const result = await running;
    expect(result.exitCode).toBe(1);
    const { images, instances, snapshots, volumes } = cloud.snapshot();
    const left = [...images, ...snapshots].filter(({ isSeed }) => !isSeed);
    expect([...left, ...instances, ...volumes], result.all).toEqual([]);
  });

  it("no key shows in the output or in PACKER_LOG", async () => {
    await using cloud = await openStandIn();
    cloud.faults.inject({
      kind: "error",
      operation: "RunInstances",
      status: 403,
      code: "UnauthorizedOperation",
      message: `not with ${cloud.secretAccessKey}`,
    });
    const made = await template(packers.ours, "amazon-ebs", source("amazon-ebs", cloud, EBS));
    const result = await made.packer("build", [], { PACKER_LOG: "1" });
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("UnauthorizedOperation, request ");
    expect(result.all).not.toContain(cloud.secretAccessKey);
  });
});
