import type { Step } from "@packerkit/plugin-sdk";
import type { InstanceState } from "../build-state.ts";
import { hasFilters } from "../config/ami-filter.ts";
import type { Filters } from "../ec2-region.ts";
import { AmazonError } from "../errors.ts";
import { readFilters } from "../find-image.ts";

/** A subnet, as far as it is chosen by it. */
interface Subnet {
  id: string;
  vpcId: string;
  availabilityZone: string;
  freeAddresses: number;
}

/** Finds network, subnet and zone. Source: packer-plugin-amazon 1.8.2, `common/step_network_info.go`. */
export const findNetwork: Step<InstanceState> = {
  name: "Find network",
  async run(state, signal) {
    const { config, network, ui } = state;
    Object.assign(network, {
      vpcId: config.vpc_id ?? (await filteredVpc(state, signal)),
      availabilityZone: config.availability_zone,
    });
    const subnet = await findSubnet(state, signal);
    if (subnet !== undefined) {
      network.subnetId = subnet.id;
      network.vpcId ??= subnet.vpcId;
      network.availabilityZone ??= subnet.availabilityZone;
      ui.say(`Using the subnet ${subnet.id} in ${subnet.availabilityZone}`);
    } else if (network.vpcId !== undefined) {
      await demandDefault(state, network.vpcId, signal);
    }
  },
};

async function filteredVpc(
  { config, home }: InstanceState,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!hasFilters(config.vpc_filter)) return undefined;
  const filters = { ...readFilters(config.vpc_filter.filters), state: ["available"] };
  const vpcs = await home.vpcs(filters, { signal });
  if (vpcs.length === 1) return vpcs[0];
  throw notFound(`${vpcs.length} networks in ${home.name} fit vpc_filter; it must be one`);
}

/** None where EC2 is to choose. */
async function findSubnet(state: InstanceState, signal: AbortSignal): Promise<Subnet | undefined> {
  const { config, home } = state;
  if (config.subnet_id !== undefined) {
    const [subnet] = await home.subnets({ ids: [config.subnet_id] }, { signal });
    if (subnet !== undefined) return subnet;
    throw notFound(`there is no subnet ${config.subnet_id} in ${home.name}; check subnet_id`);
  }
  if (hasFilters(config.subnet_filter)) return await filteredSubnet(state, signal);
  return config.associate_public_ip_address === undefined
    ? undefined
    : await anySubnet(state, signal);
}

async function filteredSubnet(
  { config, home, network }: InstanceState,
  signal: AbortSignal,
): Promise<Subnet> {
  const { filters = {}, most_free = false, random = false } = config.subnet_filter ?? {};
  const all: Filters = {
    ...readFilters(filters),
    state: ["available"],
    ...(network.vpcId === undefined ? {} : { "vpc-id": [network.vpcId] }),
    ...(network.availabilityZone === undefined
      ? {}
      : { "availability-zone": [network.availabilityZone] }),
  };
  const subnets = await home.subnets({ filters: all }, { signal });
  if (subnets.length > 1 && !most_free && !random) {
    throw notFound(
      `${subnets.length} subnets in ${home.name} fit subnet_filter; narrow it, or set most_free or random`,
    );
  }
  const chosen = most_free
    ? mostFree(subnets)
    : subnets[Math.floor(Math.random() * subnets.length)];
  if (chosen !== undefined) return chosen;
  throw notFound(`no subnet in ${home.name} fits subnet_filter`);
}

/** The subnet with the most room that has instances of the type: whether an address is public is said of a subnet. */
async function anySubnet(
  { config, home, network }: InstanceState,
  signal: AbortSignal,
): Promise<Subnet> {
  const vpcId = network.vpcId ?? (await home.vpcs({ "is-default": ["true"] }, { signal }))[0];
  if (vpcId === undefined) {
    throw notFound(
      `associate_public_ip_address needs a subnet, and ${home.name} has no default network to take one from; name one with subnet_id`,
    );
  }
  const [subnets, zones] = await Promise.all([
    home.subnets({ filters: { "vpc-id": [vpcId], state: ["available"] } }, { signal }),
    home.zonesWith(config.instance_type, { signal }),
  ]);
  const wanted = config.availability_zone;
  const fitting = subnets.filter(({ availabilityZone: zone }) => {
    return zones.includes(zone) && (wanted === undefined || zone === wanted);
  });
  const chosen = mostFree(fitting);
  if (chosen !== undefined) return chosen;
  throw notFound(
    `no subnet of ${vpcId} in ${home.name} has instances of the type ${config.instance_type}; name one with subnet_id`,
  );
}

/** In a network that is not the default one, EC2 does not choose a subnet. */
async function demandDefault(
  { home }: InstanceState,
  vpcId: string,
  signal: AbortSignal,
): Promise<void> {
  const defaults = await home.vpcs({ "is-default": ["true"] }, { signal });
  if (defaults.includes(vpcId)) return;
  throw notFound(
    `${vpcId} is not the default network of ${home.name}; name a subnet with subnet_id or subnet_filter`,
  );
}

function mostFree(subnets: readonly Subnet[]): Subnet | undefined {
  return subnets.toSorted((left, right) => right.freeAddresses - left.freeAddresses)[0];
}

function notFound(message: string): AmazonError {
  return new AmazonError("NETWORK_NOT_FOUND", message);
}
