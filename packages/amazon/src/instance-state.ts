import { randomBytes } from "node:crypto";
import type { BuildContext } from "@packerkit/plugin-sdk";
import { type InstanceState, notMade } from "./build-state.ts";
import type { AccessConfig } from "./config/access.ts";
import type { RunConfig } from "./config/run.ts";
import { joinTags } from "./config/tags.ts";
import { Ec2 } from "./ec2.ts";
import type { Pace } from "./pace.ts";

/**
 * The part of a build's state that both builders have, before the first step.
 *
 * @throws {AmazonError} `NO_REGION`
 */
export async function startInstanceState(
  { config, packer, ui }: BuildContext<RunConfig & AccessConfig>,
  pace: Pace | undefined,
): Promise<Omit<InstanceState, "config" | "devices" | "volumeTags">> {
  const ec2 = new Ec2(config, pace);
  return {
    ec2,
    home: await ec2.home(),
    ui,
    packer,
    token: randomBytes(12).toString("hex"),
    runTags: joinTags(config.run_tags, config.run_tag),
    network: {},
    keyPair: notMade(),
    securityGroup: { ...notMade(), ids: [] },
    instance: notMade(),
  };
}
