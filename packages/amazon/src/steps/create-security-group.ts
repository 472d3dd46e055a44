import type { Step } from "@packerkit/plugin-sdk";
import { type InstanceState, templateData } from "../build-state.ts";
import { hasFilters } from "../config/ami-filter.ts";
import type { Filters } from "../ec2-region.ts";
import { AmazonError } from "../errors.ts";
import { readFilters } from "../find-image.ts";
import { make, tagSpecifications } from "../making.ts";
import { findMade, waitFor } from "../pace.ts";
import { renderTags } from "../template.ts";

/**
 * Takes the security groups that the template names, or makes one that lets SSH in.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/step_security_group.go`.
 */
export const createSecurityGroup: Step<InstanceState> = {
  name: "Prepare security groups",
  async run(state, signal) {
    const { config, securityGroup } = state;
    const named = [
      ...(config.security_group_id === undefined ? [] : [config.security_group_id]),
      ...config.security_group_ids,
    ];
    if (named.length > 0) securityGroup.ids = named;
    else if (hasFilters(config.security_group_filter)) await findGroups(state, signal);
    else if (config.communicator === "ssh") await createGroup(state, signal);
  },
  async cleanUp(state) {
    const { home, securityGroup, ui } = state;
    if (!securityGroup.asked) return;
    for (const id of await ownGroups(state)) {
      ui.say(`Deleting the security group ${id}`);
      // The instance may still be on its way out of it.
      await waitFor({
        what: `the security group ${id} to be free`,
        look: async () => await deleteIfFree(() => home.deleteSecurityGroup(id)),
        limit: state.ec2.pace.settleLimit,
        pace: state.ec2.pace,
        signal: undefined,
      });
    }
  },
  leftBehind: (state) =>
    state.securityGroup.asked
      ? [`security group ${state.securityGroup.ids[0] ?? nameOf(state)}`]
      : [],
};

async function findGroups(state: InstanceState, signal: AbortSignal): Promise<void> {
  const { config, home, network, securityGroup, ui } = state;
  const filters: Filters = {
    ...readFilters(config.security_group_filter?.filters ?? {}),
    ...(network.vpcId === undefined ? {} : { "vpc-id": [network.vpcId] }),
  };
  securityGroup.ids = await home.securityGroups({ filters }, { signal });
  if (securityGroup.ids.length === 0) {
    throw new AmazonError(
      "NETWORK_NOT_FOUND",
      `no security group in ${home.name} fits security_group_filter`,
    );
  }
  ui.say(`Using the security groups ${securityGroup.ids.join(", ")}`);
}

async function createGroup(state: InstanceState, signal: AbortSignal): Promise<void> {
  const { config, home, network, securityGroup, ui } = state;
  const name = nameOf(state);
  ui.say(`Creating the temporary security group ${name}`);
  const input = {
    GroupName: name,
    Description: "Temporary group for Packer",
    ...(network.vpcId === undefined ? {} : { VpcId: network.vpcId }),
    ...tagSpecifications(renderTags(state.runTags, templateData(state)), "security-group"),
  };
  try {
    securityGroup.ids = [
      await make(securityGroup, () => home.createSecurityGroup(input, { signal })),
    ];
  } catch (error) {
    if (!isCode(error, "InvalidGroup.Duplicate")) throw error;
    // The name is ours alone: an earlier attempt made it, and its answer was lost.
    securityGroup.ids = await ownGroups(state);
  }
  const [id = ""] = securityGroup.ids;
  const port = config.ssh_port;
  const rule = { IpProtocol: "tcp", FromPort: port, ToPort: port, ...rangesOf(config) };
  await home.allowIngress(id, [rule], { signal }).catch((error: unknown) => {
    if (!isCode(error, "InvalidPermission.Duplicate")) throw error;
  });
}

function rangesOf(config: InstanceState["config"]) {
  const everyone = config.ssh_interface === "ipv6" ? "::/0" : "0.0.0.0/0";
  const given = config.temporary_security_group_source_cidrs;
  const cidrs = given.length > 0 ? given : [everyone];
  const [v6, v4] = [true, false].map((is) => cidrs.filter((cidr) => cidr.includes(":") === is));
  return {
    IpRanges: (v4 ?? []).map((CidrIp) => ({ CidrIp })),
    Ipv6Ranges: (v6 ?? []).map((CidrIpv6) => ({ CidrIpv6 })),
  };
}

/** The groups that this build made: none, or one. */
async function ownGroups(state: InstanceState): Promise<string[]> {
  const { ec2, home, securityGroup } = state;
  if (securityGroup.ids.length > 0) return securityGroup.ids;
  const filters = { "group-name": [nameOf(state)] };
  return await findMade(securityGroup.isUncertain, ec2.pace, () =>
    home.securityGroups({ filters }),
  );
}

async function deleteIfFree(remove: () => Promise<void>): Promise<true | undefined> {
  try {
    await remove();
    return true;
  } catch (error) {
    if (isCode(error, "DependencyViolation")) return undefined;
    throw error;
  }
}

function nameOf({ token }: InstanceState): string {
  return `packer_${token}`;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof AmazonError && error.awsCode === code;
}
