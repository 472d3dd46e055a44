import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import type { GenericResource } from "../client.ts";
import { AzureError } from "../errors.ts";
import { leftBehind, type Made, make, settle, unmakeAll } from "../made.ts";

/** Makes the machine's network interface, and the network around it unless there is one. */
export function createNetwork(ui: Ui): Step<BuildState> {
  return {
    name: "Create the network",
    async run(state, signal) {
      const { config, network, networkInterface, publicAddress, securityGroup } = state;
      const isOwn = config.virtual_network_name === undefined;
      const isPublic = isOwn || config.private_virtual_network_with_public_ip;
      const subnet = isOwn
        ? `${network.id}/subnets/${state.names.subnet}`
        : await findSubnet(state, signal);
      ui.say(isOwn ? "Creating a network" : `Using the network ${config.virtual_network_name}`);
      const create = (made: Made, resource: GenericResource) =>
        createOne(state, made, resource, signal);
      await all([
        isOwn && create(network, networkRequest(state)),
        isOwn && create(securityGroup, securityGroupRequest(state)),
        isPublic && create(publicAddress, publicAddressRequest(state)),
      ]);
      await create(networkInterface, interfaceRequest(state, { subnet, isOwn, isPublic }));
    },
    async cleanUp(state) {
      const { client, group } = state;
      if (group.isTemporary) await Promise.all(parts(state).map(settle));
      else await unmakeAll(parts(state), { client, ui });
    },
    leftBehind: (state) => (state.group.isTemporary ? [] : leftBehind(...parts(state))),
  };
}

/** What the step makes, in the order in which it can be deleted. */
function parts({ network, networkInterface, publicAddress, securityGroup }: BuildState): Made[] {
  return [networkInterface, publicAddress, network, securityGroup];
}

async function createOne(
  { client, config }: BuildState,
  made: Made,
  resource: GenericResource,
  signal: AbortSignal,
): Promise<void> {
  const patience = { signal, timeout: config.polling_duration_timeout };
  await make(made, patience, () => client.createResource(made.id, resource));
}

/** Waits until all work has ended, also where some of it failed: a clean-up must know what there is. */
async function all(work: readonly (Promise<void> | false)[]): Promise<void> {
  const outcomes = await Promise.allSettled(work.map(async (one) => void (await one)));
  const failure = outcomes.find(({ status }) => status === "rejected");
  if (failure?.status === "rejected") throw failure.reason;
}

async function findSubnet({ client, config }: BuildState, signal: AbortSignal): Promise<string> {
  const { virtual_network_name: network = "", virtual_network_subnet_name: wanted } = config;
  const { virtual_network_resource_group_name: group = "" } = config;
  const id = client.idOf({ group, type: "Microsoft.Network/virtualNetworks", names: [network] });
  const found = await client.findResource(id, signal);
  if (found === undefined) {
    throw new AzureError(
      "NOT_FOUND",
      `there is no virtual network ${network} in ${group}; check virtual_network_name and virtual_network_resource_group_name`,
    );
  }
  const subnets = (found.properties?.["subnets"] ?? []) as { name?: string }[];
  const names = subnets.map(({ name = "" }) => name);
  const name = wanted ?? (names.length === 1 ? names[0] : undefined);
  if (name !== undefined && names.includes(name)) return `${id}/subnets/${name}`;
  throw new AzureError(
    "NOT_FOUND",
    `the network ${network} has the subnets ${names.join(", ") || "(none)"}; name one of them with virtual_network_subnet_name`,
  );
}

function shared({ location, tags }: BuildState): Pick<GenericResource, "location" | "tags"> {
  return { location, tags: { ...tags } };
}

/** Source of the addresses: packer-plugin-azure 2.6, `builder/azure/common/template/template_builder.go`. */
function networkRequest(state: BuildState): GenericResource {
  const subnet = { name: state.names.subnet, properties: { addressPrefix: "10.0.0.0/24" } };
  return {
    ...shared(state),
    properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] }, subnets: [subnet] },
  };
}

/** A public address of the kind Standard lets nobody in without rules. */
function securityGroupRequest(state: BuildState): GenericResource {
  const { allowed_inbound_ip_addresses: allowed, communicator, ssh_port } = state.config;
  const rule = {
    name: "AllowSsh",
    properties: {
      access: "Allow",
      direction: "Inbound",
      priority: 100,
      protocol: "Tcp",
      ...(allowed.length === 0
        ? { sourceAddressPrefix: "*" }
        : { sourceAddressPrefixes: [...allowed] }),
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: String(ssh_port),
    },
  };
  return {
    ...shared(state),
    properties: { securityRules: communicator === "ssh" ? [rule] : [] },
  };
}

function publicAddressRequest(state: BuildState): GenericResource {
  const name = state.config.public_ip_sku ?? "Standard";
  return {
    ...shared(state),
    sku: { name },
    properties: { publicIPAllocationMethod: name === "Standard" ? "Static" : "Dynamic" },
  };
}

function interfaceRequest(
  state: BuildState,
  { subnet, isOwn, isPublic }: { subnet: string; isOwn: boolean; isPublic: boolean },
): GenericResource {
  const { config, publicAddress, securityGroup } = state;
  const properties = {
    privateIPAllocationMethod: "Dynamic",
    subnet: { id: subnet },
    ...(isPublic ? { publicIPAddress: { id: publicAddress.id } } : {}),
  };
  return {
    ...shared(state),
    properties: {
      ipConfigurations: [{ name: "ipconfig", properties }],
      ...(isOwn ? { networkSecurityGroup: { id: securityGroup.id } } : {}),
      ...(config.accelerated_networking ? { enableAcceleratedNetworking: true } : {}),
    },
  };
}
