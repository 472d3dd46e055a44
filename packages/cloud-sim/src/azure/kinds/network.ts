import { ApiError } from "../../frame/errors.ts";
import { type Body, block, blocks, text } from "../input.ts";
import type { ResourceKind } from "../kind.ts";
import type { Resource } from "../model.ts";
import { keyOf, lastPart } from "../names.ts";
import type { Resources } from "../resources.ts";

const NETWORK = "Microsoft.Network/virtualNetworks";
const SUBNET = "Microsoft.Network/virtualNetworks/subnets";
const ADDRESS = "Microsoft.Network/publicIPAddresses";
const GROUP = "Microsoft.Network/networkSecurityGroups";
const INTERFACE = "Microsoft.Network/networkInterfaces";
const MACHINE = "Microsoft.Compute/virtualMachines";

/** Where machines answer from outside. */
const PUBLIC_ADDRESS = "127.0.0.1";

/** What keeps a resource from being deleted: another one that uses it. */
function inUse(code: string, resource: Resource, user: string): ApiError {
  return new ApiError(
    400,
    code,
    `${lastPart(resource.type)} ${lastPart(resource.id)} is in use by ${user} and cannot be deleted.`,
  );
}

function ipConfigurations({ properties }: Resource): Body[] {
  return blocks(properties, "ipConfigurations").map((one) => block(one, "properties"));
}

/** The interfaces with an IP configuration that names a resource under this field. */
function usersOf(resources: Resources, resource: Resource, field: string): Resource[] {
  return resources
    .all(INTERFACE)
    .filter((nic) => ipConfigurations(nic).some((one) => refersTo(one, field, resource)));
}

function refersTo(body: Body, field: string, { id }: Resource): boolean {
  return keyOf(text(block(body, field), "id")) === keyOf(id);
}

/** The machine that has a network interface. */
export function machineOf(resources: Resources, nic: Resource): Resource | undefined {
  return resources
    .all(MACHINE)
    .find(({ properties }) =>
      blocks(block(properties, "networkProfile"), "networkInterfaces").some(
        (one) => keyOf(text(one, "id")) === keyOf(nic.id),
      ),
    );
}

const virtualNetworks: ResourceKind = {
  type: NETWORK,
  operations: "VirtualNetworks",
  stored({ resources, resource, body }) {
    const kind = resources.kind(SUBNET) as ResourceKind;
    for (const subnet of blocks(block(body, "properties"), "subnets")) {
      const names = [...resource.names, text(subnet, "name")];
      const stored = resources.put(kind, { group: resource.group, type: SUBNET, names }, subnet);
      stored.state = "Succeeded";
      stored.isSeed = resource.isSeed;
    }
  },
  checkRemoval(resources, resource) {
    for (const subnet of subnetsOf(resources, resource)) subnets.checkRemoval?.(resources, subnet);
  },
  view: (resources, resource) => ({
    subnets: subnetsOf(resources, resource).map((subnet) => resources.view(subnet)),
  }),
};

function subnetsOf(resources: Resources, { id }: Resource): Resource[] {
  return resources.all(SUBNET).filter((subnet) => keyOf(subnet.id).startsWith(`${keyOf(id)}/`));
}

const subnets: ResourceKind = {
  type: SUBNET,
  operations: "Subnets",
  isPlaceless: true,
  prepare({ resources, resource: { group, names } }) {
    resources.get({ group, type: NETWORK, names: names.slice(0, -1) });
  },
  checkRemoval(resources, subnet) {
    const [user] = usersOf(resources, subnet, "subnet");
    if (user !== undefined) throw inUse("InUseSubnetCannotBeDeleted", subnet, user.id);
  },
};

const publicIPAddresses: ResourceKind = {
  type: ADDRESS,
  operations: "PublicIPAddresses",
  checkRemoval(resources, address) {
    const [user] = usersOf(resources, address, "publicIPAddress");
    if (user !== undefined) throw inUse("PublicIPAddressCannotBeDeleted", address, user.id);
  },
  view(resources, address) {
    const [user] = usersOf(resources, address, "publicIPAddress");
    const isStatic = address.properties["publicIPAllocationMethod"] === "Static";
    const power = user && machineOf(resources, user)?.machine?.power;
    const isGiven = isStatic || (power !== undefined && power !== "deallocated");
    return {
      publicIPAddressVersion: "IPv4",
      ...(isGiven ? { ipAddress: PUBLIC_ADDRESS } : {}),
      ...(user === undefined
        ? {}
        : { ipConfiguration: { id: `${user.id}/ipConfigurations/ipconfig` } }),
    };
  },
};

const networkSecurityGroups: ResourceKind = {
  type: GROUP,
  operations: "NetworkSecurityGroups",
  checkRemoval(resources, group) {
    const user = [...resources.all(INTERFACE), ...resources.all(SUBNET)].find(({ properties }) =>
      refersTo(properties, "networkSecurityGroup", group),
    );
    if (user !== undefined) throw inUse("InUseNetworkSecurityGroupCannotBeDeleted", group, user.id);
  },
};

const networkInterfaces: ResourceKind = {
  type: INTERFACE,
  operations: "NetworkInterfaces",
  prepare({ resources, resource }) {
    const configurations = ipConfigurations(resource);
    for (const configuration of configurations) {
      requireReference(resources, configuration, "subnet", SUBNET);
      requireReference(resources, configuration, "publicIPAddress", ADDRESS);
    }
    requireReference(resources, resource.properties, "networkSecurityGroup", GROUP);
  },
  checkRemoval(resources, nic) {
    const machine = machineOf(resources, nic);
    if (machine !== undefined) throw inUse("NicInUse", nic, machine.id);
  },
  view(resources, nic) {
    const machine = machineOf(resources, nic);
    return {
      ipConfigurations: blocks(nic.properties, "ipConfigurations").map((one) => ({
        ...one,
        id: `${nic.id}/ipConfigurations/${text(one, "name")}`,
        properties: {
          ...block(one, "properties"),
          privateIPAddress: "10.0.0.4",
          provisioningState: "Succeeded",
        },
      })),
      ...(machine === undefined ? {} : { virtualMachine: { id: machine.id } }),
    };
  },
};

function requireReference(resources: Resources, body: Body, field: string, type: string): void {
  const id = text(block(body, field), "id");
  if (id === "" || resources.find(id)?.type === type) return;
  throw new ApiError(
    400,
    "InvalidResourceReference",
    `Resource ${id} referenced by the request was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  );
}

/** The types of resources of `Microsoft.Network`. */
export const networkKinds: readonly ResourceKind[] = [
  virtualNetworks,
  subnets,
  publicIPAddresses,
  networkSecurityGroups,
  networkInterfaces,
];
