import { ApiError } from "../../frame/errors.ts";
import { applyFilters } from "../filters.ts";
import type { Ec2SecurityGroup } from "../model.ts";
import type { Parameters } from "../parameters.ts";
import { type Ec2Region, find, select, stateOf } from "../region.ts";
import { defaultVpc } from "../run-instance.ts";
import { requestedTags, tagSet } from "../tags.ts";
import { DONE, type Operations } from "./operation.ts";

/** Networks, subnets and security groups. */
export const networkOperations: Operations = {
  DescribeVpcs({ region, input }) {
    const vpcs = select(region.vpcs, input.list("VpcId"), "InvalidVpcID.NotFound", "vpc ID");
    const found = applyFilters(vpcs, input, {
      "vpc-id": ({ id }) => id,
      "is-default": ({ isDefault }) => String(isDefault),
      isDefault: ({ isDefault }) => String(isDefault),
      cidr: ({ cidr }) => cidr,
      state: () => "available",
    });
    return {
      vpcSet: found.map(({ id, cidr, isDefault, tags }) => ({
        vpcId: id,
        state: "available",
        cidrBlock: cidr,
        isDefault,
        tagSet: tagSet(tags),
      })),
    };
  },

  DescribeSubnets({ region, input }) {
    const subnets = select(
      region.subnets,
      input.list("SubnetId"),
      "InvalidSubnetID.NotFound",
      "subnet ID",
    );
    const found = applyFilters(subnets, input, {
      "subnet-id": ({ id }) => id,
      "vpc-id": ({ vpcId }) => vpcId,
      "availability-zone": ({ availabilityZone }) => availabilityZone,
      availabilityZone: ({ availabilityZone }) => availabilityZone,
      "default-for-az": ({ isDefault }) => String(isDefault),
      cidr: ({ cidr }) => cidr,
      state: () => "available",
    });
    return {
      subnetSet: found.map((subnet) => ({
        subnetId: subnet.id,
        state: "available",
        vpcId: subnet.vpcId,
        cidrBlock: subnet.cidr,
        availableIpAddressCount: subnet.freeAddresses,
        availabilityZone: subnet.availabilityZone,
        defaultForAz: subnet.isDefault,
        mapPublicIpOnLaunch: subnet.isDefault,
        tagSet: tagSet(subnet.tags),
      })),
    };
  },

  DescribeSecurityGroups({ region, input }) {
    const groups = select(
      region.securityGroups,
      input.list("GroupId"),
      "InvalidGroup.NotFound",
      "security group",
    );
    const found = applyFilters(groups, input, {
      "group-id": ({ id }) => id,
      "group-name": ({ name }) => name,
      "vpc-id": ({ vpcId }) => vpcId,
    });
    return { securityGroupInfo: found.map(showGroup) };
  },

  CreateSecurityGroup({ region, input }) {
    const name = input.required("GroupName");
    const vpcId = input.text("VpcId") ?? defaultVpc(region);
    find(region.vpcs, vpcId, "InvalidVpcID.NotFound", "vpc ID");
    const isTaken = [...region.securityGroups.values()].some(
      (group) => group.name === name && group.vpcId === vpcId,
    );
    if (isTaken) {
      throw new ApiError(
        400,
        "InvalidGroup.Duplicate",
        `The security group '${name}' already exists for VPC '${vpcId}'`,
      );
    }
    const group: Ec2SecurityGroup = {
      ...region.newThing("securityGroup", requestedTags(input, "security-group")),
      name,
      description: input.required("GroupDescription"),
      vpcId,
      rules: [],
    };
    region.securityGroups.set(group.id, group);
    return { groupId: group.id, ...DONE };
  },

  AuthorizeSecurityGroupIngress({ region, input }) {
    const group = findGroup(region, input);
    for (const rule of input.structures("IpPermissions")) {
      group.rules.push({
        protocol: rule.required("IpProtocol"),
        fromPort: rule.number("FromPort") ?? 0,
        toPort: rule.number("ToPort") ?? 65_535,
        cidrs: [
          ...rule.structures("IpRanges").map((range) => range.required("CidrIp")),
          ...rule.structures("Ipv6Ranges").map((range) => range.required("CidrIpv6")),
        ],
      });
    }
    return DONE;
  },

  DeleteSecurityGroup({ region, input }) {
    const group = findGroup(region, input);
    const user = [...region.instances.values()].find(
      (instance) =>
        stateOf(instance) !== "terminated" && instance.securityGroupIds.includes(group.id),
    );
    if (user !== undefined) {
      throw new ApiError(400, "DependencyViolation", `resource ${group.id} has a dependent object`);
    }
    region.securityGroups.delete(group.id);
    return { groupId: group.id, ...DONE };
  },
};

function findGroup(region: Ec2Region, input: Parameters): Ec2SecurityGroup {
  return find(
    region.securityGroups,
    input.required("GroupId"),
    "InvalidGroup.NotFound",
    "security group",
  );
}

function showGroup(group: Ec2SecurityGroup) {
  return {
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: group.vpcId,
    ipPermissions: group.rules.map(({ protocol, fromPort, toPort, cidrs }) => ({
      ipProtocol: protocol,
      fromPort,
      toPort,
      ipRanges: cidrs.filter((cidr) => !cidr.includes(":")).map((cidrIp) => ({ cidrIp })),
      ipv6Ranges: cidrs.filter((cidr) => cidr.includes(":")).map((cidrIpv6) => ({ cidrIpv6 })),
    })),
    tagSet: tagSet(group.tags),
  };
}
