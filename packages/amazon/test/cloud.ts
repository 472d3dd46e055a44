import { PassThrough } from "node:stream";
import { type Ec2Options, type Ec2StandIn, startEc2 } from "@packerkit/cloud-sim";
import {
  type BuilderDefinition,
  consoleUi,
  type RunBuildOptions,
  runBuild,
} from "@packerkit/plugin-sdk";
import type { Artifact } from "@packerkit/registry-image";
import { z } from "zod";
import { type AccessConfig, accessFields } from "../src/config/access.ts";
import { makeEbsBuilder, type Pace, USUAL_PACE } from "../src/index.ts";

export const HOME = "us-east-1";

/** The source image of tests in their region. */
export const SOURCE = "ami-0bbbbbbbbbbbb0000";

/** As patient as tests can be. */
export const PACE: Pace = {
  ...USUAL_PACE,
  retryPause: 1,
  firstPause: 1,
  longestPause: 20,
  settleLimit: 1000,
  secondLooks: [2, 5, 10, 20],
};

/** A cloud of its own for one test, with transitions that take next to no time. */
export async function startCloud(options: Ec2Options = {}): Promise<Ec2StandIn> {
  return await startEc2({ timing: 1, ...options });
}

/** Settings by which a cloud is reached. */
export function access(cloud: Ec2StandIn): Record<string, unknown> {
  return {
    region: HOME,
    access_key: cloud.accessKeyId,
    secret_key: cloud.secretAccessKey,
    custom_endpoint_ec2: cloud.url,
  };
}

/** The same, as a builder gets them. */
export function accessConfig(cloud: Ec2StandIn): AccessConfig {
  return z.strictObject(accessFields).parse(access(cloud));
}

/** The settings of an `ebs` build in the given cloud. */
export function settings(cloud: Ec2StandIn, more: object = {}): Record<string, unknown> {
  return {
    ...access(cloud),
    ami_name: "web-1",
    source_ami: SOURCE,
    instance_type: "t3.micro",
    communicator: "none",
    ...more,
  };
}

/** Builds an AMI quietly. */
export async function build(
  cloud: Ec2StandIn,
  more: object = {},
  options: Partial<RunBuildOptions> = {},
  pace: Partial<Pace> = {},
): Promise<Artifact> {
  const builder = makeEbsBuilder({ ...PACE, ...pace });
  return await run(builder, settings(cloud, more), options);
}

/** Runs any builder quietly; it must make an artifact. */
export async function run(
  // biome-ignore lint/suspicious/noExplicitAny: a definition's schema is its own business.
  builder: BuilderDefinition<any>,
  config: Record<string, unknown>,
  options: Partial<RunBuildOptions> = {},
): Promise<Artifact> {
  const ui = consoleUi("test", new PassThrough().resume());
  const artifact = await runBuild(builder, { config, ui, ...options });
  if (artifact === undefined) throw new Error("the build made no artifact");
  return artifact;
}

/** Everything in a cloud that it did not bring, by id. */
export function leftovers(cloud: Ec2StandIn): string[] {
  const { images, instances, keyPairs, securityGroups, snapshots, volumes } = cloud.snapshot();
  const made = [...images, ...snapshots].filter(({ isSeed }) => !isSeed);
  return [
    ...[...made, ...instances, ...volumes, ...securityGroups].map(({ id }) => id),
    ...keyPairs.map(({ name }) => name),
  ];
}
