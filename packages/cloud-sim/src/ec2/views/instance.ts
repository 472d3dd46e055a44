import type { Ec2Instance } from "../model.ts";
import { stateOf } from "../region.ts";
import { tagSet } from "../tags.ts";
import type { XmlElements } from "../xml.ts";

/** The numbers of an instance's states. Source: the API's type `InstanceState`. */
const STATE_CODES: Readonly<Record<string, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** A state as the API shows it. */
export function showState(name: string): XmlElements {
  return { code: STATE_CODES[name] ?? 0, name };
}

/** An instance in a reservation of its own. */
export function showReservation(ownerId: string, instance: Ec2Instance): XmlElements {
  return {
    reservationId: `r-${instance.id.slice(2)}`,
    ownerId,
    instancesSet: [showInstance(instance)],
  };
}

function showInstance(instance: Ec2Instance): XmlElements {
  const state = stateOf(instance);
  const isGone = state === "terminated";
  const { metadataOptions, publicIp, stateReason } = instance;
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: showState(state),
    privateDnsName: isGone ? "" : `ip-${instance.privateIp.replaceAll(".", "-")}.ec2.internal`,
    dnsName: isGone ? "" : (publicIp ?? ""),
    reason: state === instance.transition.to ? stateReason : undefined,
    keyName: instance.keyName,
    clientToken: instance.clientToken,
    instanceType: instance.instanceType,
    launchTime: instance.launchTime,
    placement: { availabilityZone: instance.availabilityZone, tenancy: "default" },
    monitoring: { state: "disabled" },
    subnetId: isGone ? undefined : instance.subnetId,
    vpcId: isGone ? undefined : instance.vpcId,
    privateIpAddress: isGone ? undefined : instance.privateIp,
    ipAddress: isGone ? undefined : publicIp,
    groupSet: instance.securityGroupIds.map((groupId) => ({ groupId })),
    stateReason: showStateReason(instance, state),
    architecture: "x86_64",
    rootDeviceType: "ebs",
    rootDeviceName: instance.devices[0]?.deviceName,
    blockDeviceMapping: instance.devices.map(({ deviceName, ...ebs }) => ({
      deviceName,
      ebs: { ...ebs, status: "attached", attachTime: instance.launchTime },
    })),
    virtualizationType: "hvm",
    hypervisor: "xen",
    ebsOptimized: false,
    enaSupport: true,
    networkInterfaceSet: isGone
      ? []
      : [
          {
            networkInterfaceId: instance.networkInterfaceId,
            subnetId: instance.subnetId,
            vpcId: instance.vpcId,
            status: "in-use",
            privateIpAddress: instance.privateIp,
          },
        ],
    metadataOptions: { state: "applied", ...metadataOptions },
    tagSet: tagSet(instance.tags),
  };
}

function showStateReason({ transition, stateReason }: Ec2Instance, state: string) {
  if (stateReason === undefined || state !== transition.to) return undefined;
  return { code: "Server.InternalError", message: stateReason };
}
