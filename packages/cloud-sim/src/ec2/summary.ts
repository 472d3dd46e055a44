import type {
  Ec2Image,
  Ec2ImageSummary,
  Ec2SecurityGroup,
  Ec2Snapshot,
  Ec2SnapshotSummary,
  Ec2SnapshotThing,
} from "./model.ts";
import { type Ec2Region, stateOf } from "./region.ts";

/** What a region holds, in a form for tests. */
export function summarise(region: Ec2Region): Ec2Snapshot {
  region.settle();
  const { name } = region;
  return {
    images: [...region.images.values()].map((image) => imageSummary(name, image)),
    instances: [...region.instances.values()]
      .filter((instance) => stateOf(instance) !== "terminated")
      .map((instance) => ({
        region: name,
        id: instance.id,
        state: stateOf(instance),
        tags: Object.fromEntries(instance.tags),
      })),
    volumes: [...region.volumes.values()].map(({ id, attachedTo, tags }) => ({
      region: name,
      id,
      state: attachedTo === undefined ? "available" : "in-use",
      tags: Object.fromEntries(tags),
    })),
    snapshots: [...region.snapshots.values()].map((snapshot) => snapshotSummary(name, snapshot)),
    keyPairs: [...region.keyPairs.values()].map((pair) => ({ region: name, name: pair.name })),
    securityGroups: [...region.securityGroups.values()]
      .filter((group) => group.name !== "default")
      .map((group) => groupSummary(name, group)),
  };
}

function imageSummary(region: string, image: Ec2Image): Ec2ImageSummary {
  return {
    region,
    id: image.id,
    name: image.name,
    description: image.description,
    state: stateOf(image),
    owner: image.ownerId,
    encrypted: image.devices.some(({ encrypted }) => encrypted),
    kmsKeyId: image.devices.find(({ kmsKeyId }) => kmsKeyId !== undefined)?.kmsKeyId,
    tags: Object.fromEntries(image.tags),
    sharedWith: [...image.launchPermissions].sort(),
    deprecationTime: image.deprecationTime,
    imdsSupport: image.imdsSupport,
    snapshotIds: image.devices.flatMap(({ snapshotId }) => snapshotId ?? []),
    isSeed: image.isSeed,
  };
}

function snapshotSummary(region: string, snapshot: Ec2SnapshotThing): Ec2SnapshotSummary {
  return {
    region,
    id: snapshot.id,
    state: stateOf(snapshot),
    encrypted: snapshot.encrypted,
    tags: Object.fromEntries(snapshot.tags),
    sharedWith: [...snapshot.createVolumePermissions].sort(),
    isSeed: snapshot.isSeed,
  };
}

function groupSummary(region: string, { id, name, rules }: Ec2SecurityGroup) {
  return {
    region,
    id,
    name,
    rules: rules.map(
      ({ protocol, fromPort, cidrs }) => `${protocol} ${fromPort} from ${cidrs.join(" ")}`,
    ),
  };
}
