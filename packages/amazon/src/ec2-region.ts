import type { IpPermission } from "@aws-sdk/client-ec2";
import {
  type AmiImage,
  type Ec2Instance,
  type Ec2Snapshot,
  type Ec2Volume,
  readImage,
  readInstance,
  readSnapshot,
  readVolume,
  tagList,
} from "./answers.ts";
import type { Input } from "./client.ts";
import type { CallOptions, Ec2 } from "./ec2.ts";
import { isNotFound } from "./errors.ts";

/** Filters by name, each with the values of which one must fit. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/**
 * EC2 in one region. Every method throws {@link AmazonError}. Removing what does not exist (any more) is no error.
 *
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Welcome.html
 */
export class Ec2Region {
  readonly name: string;
  readonly #ec2: Ec2;

  constructor(ec2: Ec2, name: string) {
    this.#ec2 = ec2;
    this.name = name;
  }

  /** The names of the regions that the account has. */
  async regions(options?: CallOptions): Promise<string[]> {
    const { Regions = [] } = await this.#ec2.call(this.name, "DescribeRegions", {}, options);
    return Regions.flatMap(({ RegionName }) => RegionName ?? []).toSorted();
  }

  async images(
    query: { ids?: string[]; owners?: string[]; filters?: Filters; includeDeprecated?: boolean },
    options?: CallOptions,
  ): Promise<AmiImage[]> {
    const input: Input<"DescribeImages"> = {
      ...(query.ids === undefined ? {} : { ImageIds: query.ids }),
      ...(query.owners === undefined ? {} : { Owners: query.owners }),
      ...filtersOf(query.filters),
      ...(query.includeDeprecated === true ? { IncludeDeprecated: true } : {}),
    };
    const { Images = [] } = await this.#ec2.call(this.name, "DescribeImages", input, options);
    return Images.map(readImage);
  }

  /** @returns the id */
  async createImage(input: Input<"CreateImage">, options?: CallOptions): Promise<string> {
    return (await this.#ec2.make(this.name, "CreateImage", input, options)).ImageId ?? "";
  }

  /** Copies an image to this region. @returns the id */
  async copyImage(input: Input<"CopyImage">, options?: CallOptions): Promise<string> {
    return (await this.#ec2.make(this.name, "CopyImage", input, options)).ImageId ?? "";
  }

  async deregisterImage(id: string, options?: CallOptions): Promise<void> {
    await ignoreMissing(this.#ec2.call(this.name, "DeregisterImage", { ImageId: id }, options));
  }

  async modifyImage(input: Input<"ModifyImageAttribute">, options?: CallOptions): Promise<void> {
    await this.#ec2.settled(
      () => this.#ec2.call(this.name, "ModifyImageAttribute", input, options),
      options,
    );
  }

  async deprecateImage(id: string, at: Date, options?: CallOptions): Promise<void> {
    const input = { ImageId: id, DeprecateAt: at };
    await this.#ec2.settled(
      () => this.#ec2.call(this.name, "EnableImageDeprecation", input, options),
      options,
    );
  }

  async runInstance(input: Input<"RunInstances">, options?: CallOptions): Promise<Ec2Instance> {
    const one = { ...input, MinCount: 1, MaxCount: 1 };
    const { Instances } = await this.#ec2.make(this.name, "RunInstances", one, options);
    return readInstance(Instances?.[0] ?? {});
  }

  async instance(id: string, options?: CallOptions): Promise<Ec2Instance | undefined> {
    return (await this.#instances({ InstanceIds: [id] }, options))[0];
  }

  /** Those that a request with this token started. */
  async instancesOf(clientToken: string, options?: CallOptions): Promise<Ec2Instance[]> {
    return await this.#instances(filtersOf({ "client-token": [clientToken] }), options);
  }

  async stopInstance(id: string, options?: CallOptions): Promise<void> {
    await this.#ec2.call(this.name, "StopInstances", { InstanceIds: [id] }, options);
  }

  /** @returns whether it is gone already */
  async terminateInstance(id: string, options?: CallOptions): Promise<boolean> {
    const input = { InstanceIds: [id] };
    const removal = this.#ec2.call(this.name, "TerminateInstances", input, options);
    const { TerminatingInstances } = (await ignoreMissing(removal)) ?? {};
    return TerminatingInstances?.[0]?.CurrentState?.Name === "terminated";
  }

  async volumes(query: { ids: string[] }, options?: CallOptions): Promise<Ec2Volume[]> {
    const input = filtersOf({ "volume-id": query.ids });
    const { Volumes = [] } = await this.#ec2.call(this.name, "DescribeVolumes", input, options);
    return Volumes.map(readVolume);
  }

  async deleteVolume(id: string, options?: CallOptions): Promise<void> {
    await ignoreMissing(this.#ec2.call(this.name, "DeleteVolume", { VolumeId: id }, options));
  }

  /** @returns the id */
  async createSnapshot(input: Input<"CreateSnapshot">, options?: CallOptions): Promise<string> {
    return (await this.#ec2.make(this.name, "CreateSnapshot", input, options)).SnapshotId ?? "";
  }

  async snapshot(id: string, options?: CallOptions): Promise<Ec2Snapshot | undefined> {
    return (await this.#snapshots({ SnapshotIds: [id] }, options))[0];
  }

  /** The account's own snapshots that fit. */
  async snapshotsWith(filters: Filters, options?: CallOptions): Promise<Ec2Snapshot[]> {
    return await this.#snapshots({ OwnerIds: ["self"], ...filtersOf(filters) }, options);
  }

  async modifySnapshot(
    input: Input<"ModifySnapshotAttribute">,
    options?: CallOptions,
  ): Promise<void> {
    await this.#ec2.settled(
      () => this.#ec2.call(this.name, "ModifySnapshotAttribute", input, options),
      options,
    );
  }

  async deleteSnapshot(id: string, options?: CallOptions): Promise<void> {
    await ignoreMissing(this.#ec2.call(this.name, "DeleteSnapshot", { SnapshotId: id }, options));
  }

  /** @returns the private key, as a PEM file holds it */
  async createKeyPair(input: Input<"CreateKeyPair">, options?: CallOptions): Promise<string> {
    return (await this.#ec2.make(this.name, "CreateKeyPair", input, options)).KeyMaterial ?? "";
  }

  /** @returns the names */
  async keyPairs(filters: Filters, options?: CallOptions): Promise<string[]> {
    const input = filtersOf(filters);
    const { KeyPairs = [] } = await this.#ec2.call(this.name, "DescribeKeyPairs", input, options);
    return KeyPairs.flatMap(({ KeyName }) => KeyName ?? []);
  }

  async deleteKeyPair(name: string, options?: CallOptions): Promise<void> {
    await this.#ec2.call(this.name, "DeleteKeyPair", { KeyName: name }, options);
  }

  /** @returns the ids */
  async securityGroups(
    query: { ids?: string[]; filters?: Filters },
    options?: CallOptions,
  ): Promise<string[]> {
    const input = {
      ...(query.ids === undefined ? {} : { GroupIds: query.ids }),
      ...filtersOf(query.filters),
    };
    const { SecurityGroups = [] } = await this.#ec2.call(
      this.name,
      "DescribeSecurityGroups",
      input,
      options,
    );
    return SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []);
  }

  /** @returns the id */
  async createSecurityGroup(
    input: Input<"CreateSecurityGroup">,
    options?: CallOptions,
  ): Promise<string> {
    return (await this.#ec2.make(this.name, "CreateSecurityGroup", input, options)).GroupId ?? "";
  }

  async allowIngress(id: string, rules: IpPermission[], options?: CallOptions): Promise<void> {
    const input = { GroupId: id, IpPermissions: rules };
    await this.#ec2.settled(
      () => this.#ec2.call(this.name, "AuthorizeSecurityGroupIngress", input, options),
      options,
    );
  }

  async deleteSecurityGroup(id: string, options?: CallOptions): Promise<void> {
    await ignoreMissing(this.#ec2.call(this.name, "DeleteSecurityGroup", { GroupId: id }, options));
  }

  /** @returns the ids */
  async vpcs(filters: Filters, options?: CallOptions): Promise<string[]> {
    const input = filtersOf(filters);
    const { Vpcs = [] } = await this.#ec2.call(this.name, "DescribeVpcs", input, options);
    return Vpcs.flatMap(({ VpcId }) => VpcId ?? []);
  }

  async subnets(query: { ids?: string[]; filters?: Filters }, options?: CallOptions) {
    const input = {
      ...(query.ids === undefined ? {} : { SubnetIds: query.ids }),
      ...filtersOf(query.filters),
    };
    const { Subnets = [] } = await this.#ec2.call(this.name, "DescribeSubnets", input, options);
    return Subnets.map((subnet) => ({
      id: subnet.SubnetId ?? "",
      vpcId: subnet.VpcId ?? "",
      availabilityZone: subnet.AvailabilityZone ?? "",
      freeAddresses: subnet.AvailableIpAddressCount ?? 0,
    }));
  }

  /** The zones that have instances of a type. */
  async zonesWith(instanceType: string, options?: CallOptions): Promise<string[]> {
    const { InstanceTypeOfferings = [] } = await this.#ec2.call(
      this.name,
      "DescribeInstanceTypeOfferings",
      {
        LocationType: "availability-zone",
        ...filtersOf({ "instance-type": [instanceType] }),
      },
      options,
    );
    return InstanceTypeOfferings.flatMap(({ Location }) => Location ?? []);
  }

  async tag(
    ids: string[],
    tags: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<void> {
    const input = { Resources: ids, Tags: tagList(tags) };
    await this.#ec2.settled(() => this.#ec2.call(this.name, "CreateTags", input, options), options);
  }

  /** Takes tags off, where they have these values. */
  async untag(
    ids: string[],
    tags: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<void> {
    const input = { Resources: ids, Tags: tagList(tags) };
    await this.#ec2.call(this.name, "DeleteTags", input, options);
  }

  async #instances(
    input: Input<"DescribeInstances">,
    options: CallOptions | undefined,
  ): Promise<Ec2Instance[]> {
    const { Reservations = [] } = await this.#ec2.call(
      this.name,
      "DescribeInstances",
      input,
      options,
    );
    return Reservations.flatMap(({ Instances = [] }) => Instances.map(readInstance));
  }

  async #snapshots(
    input: Input<"DescribeSnapshots">,
    options: CallOptions | undefined,
  ): Promise<Ec2Snapshot[]> {
    const { Snapshots = [] } = await this.#ec2.call(this.name, "DescribeSnapshots", input, options);
    return Snapshots.map(readSnapshot);
  }
}

function filtersOf(filters: Filters = {}): { Filters?: { Name: string; Values: string[] }[] } {
  const list = Object.entries(filters).map(([Name, values]) => ({ Name, Values: [...values] }));
  return list.length === 0 ? {} : { Filters: list };
}

/** Answers nothing where the thing does not exist. */
async function ignoreMissing<Answer>(removal: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await removal;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}
