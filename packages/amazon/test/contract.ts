import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { defaultPackerSettings, parseConfig } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";
import { startSshServer } from "@packerkit/ssh-communicator/test/ssh-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeAmiDataSource, makeEbsBuilder, makeEbsVolumeBuilder } from "../src/index.ts";
import { PACE, run } from "./cloud.ts";

/** An EC2 to run the contract on. */
export interface Ec2Backend {
  url: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Filters and owners that several of its images in us-east-1 fit. */
  source: { filters: Record<string, string>; owners: string[] };
  close(): Promise<void>;
}

const HOME = "us-east-1";
const REGIONS = [HOME, "us-west-2", "eu-west-1"];

/** What both builders and the data source do on any EC2: the stand-in, or a program that others wrote. */
export function describeAmazonContract(name: string, open: () => Promise<Ec2Backend>): void {
  describe(`amazon on ${name}`, () => {
    let backend: Ec2Backend;
    let source: string;
    let before: string[];

    beforeAll(async () => {
      backend = await open();
      source = (await lookUp()).id;
    });
    afterAll(async () => await backend.close());
    beforeEach(async () => {
      before = await everything(backend);
    });

    const access = () => ({
      region: HOME,
      access_key: backend.accessKeyId,
      secret_key: backend.secretAccessKey,
      custom_endpoint_ec2: backend.url,
    });
    const settings = (more: object = {}) => ({
      ...access(),
      source_ami: source,
      instance_type: "t3.micro",
      communicator: "none",
      ...more,
    });
    const made = async () => (await everything(backend)).filter((thing) => !before.includes(thing));

    async function lookUp() {
      const { config, run: find } = makeAmiDataSource(PACE);
      const own = { ...access(), ...backend.source, most_recent: true };
      const { signal } = new AbortController();
      return await find({
        config: parseConfig("ami", config, own),
        signal,
        packer: defaultPackerSettings,
      });
    }

    it("finds the newest of the images that fit", async () => {
      const found = await lookUp();
      expect(found.id).toMatch(/^ami-/);
      expect(backend.source.owners).toContain(found.owner_name);
    });

    it("builds an AMI in three regions, and removes it again", async () => {
      const artifact = await run(
        makeEbsBuilder(PACE),
        settings({
          ami_name: "contract-three",
          ami_regions: REGIONS,
          associate_public_ip_address: true,
          tags: { Base: "{{ .SourceAMI }}" },
          ami_users: ["111122223333"],
          snapshot_users: ["111122223333"],
        }),
      );
      const { images } = await collectImages(artifact);
      expect(images.map(({ providerRegion }) => providerRegion)).toEqual(REGIONS.toSorted());
      for (const { imageId, providerName, sourceImageId } of images) {
        expect(imageId).toMatch(/^ami-/);
        expect(providerName).toBe("aws");
        expect(sourceImageId).toBe(source);
      }
      const kinds = (await made()).map((thing) => thing.split(" ")[0]);
      expect([...new Set(kinds)].toSorted()).toEqual(["image", "snapshot"]);
      await artifact.destroy();
      expect(await made()).toEqual([]);
    });

    it("replaces an image of the same name only when it is told to", async () => {
      const config = settings({ ami_name: "contract-twice" });
      await run(makeEbsBuilder(PACE), config);
      await expect(run(makeEbsBuilder(PACE), config)).rejects.toThrow(
        'an image is named "contract-twice" already',
      );
      const second = await run(makeEbsBuilder(PACE), {
        ...config,
        force_deregister: true,
        force_delete_snapshot: true,
      });
      expect((await made()).filter((thing) => thing.startsWith("image"))).toHaveLength(1);
      await second.destroy();
      expect(await made()).toEqual([]);
    });

    it("builds volumes and snapshots, and removes them again", async () => {
      const artifact = await run(
        makeEbsVolumeBuilder(PACE),
        settings({
          run_volume_tags: { Temporary: "yes" },
          ebs_volumes: [
            { device_name: "/dev/xvdb", volume_size: 1, tags: { Name: "kept" } },
            {
              device_name: "/dev/xvdc",
              volume_size: 1,
              snapshot_volume: true,
              delete_on_termination: true,
            },
          ],
        }),
      );
      const ids = (await collectImages(artifact)).images.map(({ imageId }) => imageId);
      expect(ids.map((id) => id.split("-")[0])).toEqual(["snap", "vol"]);
      expect((await made()).toSorted()).toEqual([
        `snapshot ${ids[0]} in ${HOME}`,
        `volume ${ids[1]} in ${HOME}`,
      ]);
      await artifact.destroy();
      expect(await made()).toEqual([]);
    });

    it("provisions over SSH through a temporary security group", async () => {
      await using server = await startSshServer({ password: "s3cret" });
      let groups: string[] = [];
      const artifact = await run(
        makeEbsBuilder(PACE),
        settings({
          ami_name: "contract-ssh",
          communicator: "ssh",
          ssh_username: "ubuntu",
          ssh_password: "s3cret",
          ssh_host: "127.0.0.1",
          ssh_port: server.port,
        }),
        {
          provisioners: [
            async ({ communicator }) => {
              expect(await communicator.start({ command: "exit 3" })).toBe(3);
              groups = (await made()).filter((thing) => thing.startsWith("group"));
            },
          ],
        },
      );
      expect(groups).toHaveLength(1);
      await artifact.destroy();
      expect(await made()).toEqual([]);
    });

    it("leaves nothing of a build that fails", async () => {
      const provisioners = [
        async () => {
          throw new Error("exit status 3");
        },
      ];
      await expect(
        run(makeEbsBuilder(PACE), settings({ ami_name: "contract-fails" }), { provisioners }),
      ).rejects.toThrow('"Provision" failed: exit status 3');
      expect(await made()).toEqual([]);
    });
  });
}

/** Everything that the account has in the regions of the contract, asked for with no code of ours. */
async function everything(backend: Ec2Backend): Promise<string[]> {
  const parts = await Promise.all(REGIONS.map((region) => everythingIn(backend, region)));
  return parts.flat();
}

async function everythingIn(
  { url, accessKeyId, secretAccessKey }: Ec2Backend,
  region: string,
): Promise<string[]> {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new EC2Client({ region, endpoint: url, credentials });
  const [images, snapshots, volumes, instances, keyPairs, groups] = await Promise.all([
    client.send(new DescribeImagesCommand({ Owners: ["self"] })),
    client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] })),
    client.send(new DescribeVolumesCommand({})),
    client.send(new DescribeInstancesCommand({})),
    client.send(new DescribeKeyPairsCommand({})),
    client.send(new DescribeSecurityGroupsCommand({})),
  ]);
  client.destroy();
  const running = (instances.Reservations ?? [])
    .flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => State?.Name !== "terminated");
  return [
    ...(images.Images ?? []).map(({ ImageId }) => `image ${ImageId}`),
    ...(snapshots.Snapshots ?? []).map(({ SnapshotId }) => `snapshot ${SnapshotId}`),
    ...(volumes.Volumes ?? []).map(({ VolumeId }) => `volume ${VolumeId}`),
    ...running.map(({ InstanceId }) => `instance ${InstanceId}`),
    ...(keyPairs.KeyPairs ?? []).map(({ KeyName }) => `key ${KeyName}`),
    ...(groups.SecurityGroups ?? []).map(({ GroupId }) => `group ${GroupId}`),
  ].map((thing) => `${thing} in ${region}`);
}
