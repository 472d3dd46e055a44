import {
  AuthorizeSecurityGroupIngressCommand,
  CopyImageCommand,
  CreateImageCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  DeleteKeyPairCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeKeyPairsCommand,
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  EC2Client,
  type EC2ClientConfig,
  EnableImageDeprecationCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { clientSettings, retryStrategy } from "./client-settings.ts";
import type { AccessConfig } from "./config/access.ts";
import { AmazonError, toAmazonError } from "./errors.ts";
import type { Pace } from "./pace.ts";

/** The calls that are made at all, by their names in the API: a bundler leaves out the hundreds of others. */
const COMMANDS = {
  AuthorizeSecurityGroupIngress: AuthorizeSecurityGroupIngressCommand,
  CopyImage: CopyImageCommand,
  CreateImage: CreateImageCommand,
  CreateKeyPair: CreateKeyPairCommand,
  CreateSecurityGroup: CreateSecurityGroupCommand,
  CreateSnapshot: CreateSnapshotCommand,
  CreateTags: CreateTagsCommand,
  DeleteKeyPair: DeleteKeyPairCommand,
  DeleteSecurityGroup: DeleteSecurityGroupCommand,
  DeleteSnapshot: DeleteSnapshotCommand,
  DeleteTags: DeleteTagsCommand,
  DeleteVolume: DeleteVolumeCommand,
  DeregisterImage: DeregisterImageCommand,
  DescribeImages: DescribeImagesCommand,
  DescribeInstances: DescribeInstancesCommand,
  DescribeInstanceTypeOfferings: DescribeInstanceTypeOfferingsCommand,
  DescribeKeyPairs: DescribeKeyPairsCommand,
  DescribeRegions: DescribeRegionsCommand,
  DescribeSecurityGroups: DescribeSecurityGroupsCommand,
  DescribeSnapshots: DescribeSnapshotsCommand,
  DescribeSubnets: DescribeSubnetsCommand,
  DescribeVolumes: DescribeVolumesCommand,
  DescribeVpcs: DescribeVpcsCommand,
  EnableImageDeprecation: EnableImageDeprecationCommand,
  ModifyImageAttribute: ModifyImageAttributeCommand,
  ModifySnapshotAttribute: ModifySnapshotAttributeCommand,
  RunInstances: RunInstancesCommand,
  StopInstances: StopInstancesCommand,
  TerminateInstances: TerminateInstancesCommand,
} as const;

type Commands = typeof COMMANDS;

/** The name of a call that is made. */
export type Action = keyof Commands;

/** What a call takes. */
export type Input<Name extends Action> = ConstructorParameters<Commands[Name]>[0];

type Handler<Name extends Action> = ReturnType<InstanceType<Commands[Name]>["resolveMiddleware"]>;

/** What a call answers. */
export type Output<Name extends Action> = Awaited<ReturnType<Handler<Name>>>["output"];

/**
 * The SDK's clients, one for each region. Only this module and the one of its settings import the SDK: load it with a
 * dynamic import.
 */
export class Client {
  readonly #settings: EC2ClientConfig;
  readonly #pace: Pace;
  readonly #clients = new Map<string, EC2Client>();

  constructor(config: AccessConfig, pace: Pace) {
    this.#settings = clientSettings(config, pace);
    this.#pace = pace;
  }

  /** The region that the settings name, or else the environment or the profile. @throws {AmazonError} `NO_REGION` */
  async region(): Promise<string> {
    try {
      return await new EC2Client(this.#settings).config.region();
    } catch (cause) {
      const message = "no region is named: give the attribute region, or set AWS_REGION";
      throw new AmazonError("NO_REGION", message, { cause });
    }
  }

  /** @throws {AmazonError}; the signal's reason where it was aborted. */
  async call<Name extends Action>(
    region: string,
    action: Name,
    input: Input<Name>,
    signal: AbortSignal | undefined,
  ): Promise<Output<Name>> {
    const Command = COMMANDS[action] as unknown as new (input: Input<Name>) => never;
    try {
      const options = signal === undefined ? {} : { abortSignal: signal };
      return (await this.#client(region).send(new Command(input), options)) as Output<Name>;
    } catch (error) {
      signal?.throwIfAborted();
      const { endpoint } = this.#settings;
      throw toAmazonError(
        action,
        `${region}${endpoint === undefined ? "" : ` (${endpoint})`}`,
        error,
      );
    }
  }

  #client(region: string): EC2Client {
    const known = this.#clients.get(region);
    if (known !== undefined) return known;
    const client = new EC2Client({
      ...this.#settings,
      region,
      retryStrategy: retryStrategy(this.#pace),
    });
    // It copies every answer, for a logger that does nothing.
    client.middlewareStack.remove("loggerMiddleware");
    this.#clients.set(region, client);
    return client;
  }
}
