import { ApiError } from "../../frame/errors.ts";
import type { Ec2Thing } from "../model.ts";
import type { Ec2Region } from "../region.ts";
import { readTags } from "../tags.ts";
import { DONE, type Operations } from "./operation.ts";

/** Tags of anything that has an id. */
export const tagOperations: Operations = {
  CreateTags({ region, input }) {
    const things = input.list("ResourceId").map((id) => findThing(region, id));
    for (const { tags } of things) for (const [key, value] of readTags(input)) tags.set(key, value);
    return DONE;
  },

  /** A tag that is given with a value is deleted only where it has that value. */
  DeleteTags({ region, input }) {
    const things = input.list("ResourceId").map((id) => findThing(region, id));
    for (const { tags } of things) {
      for (const tag of input.structures("Tag")) {
        const key = tag.required("Key");
        if (!tag.has("Value") || tags.get(key) === (tag.text("Value") ?? "")) tags.delete(key);
      }
    }
    return DONE;
  },
};

/** What EC2 answers where a thing does not exist, by the prefix of its id. */
const NOT_FOUND: Readonly<Record<string, string>> = {
  ami: "InvalidAMIID.NotFound",
  i: "InvalidInstanceID.NotFound",
  vol: "InvalidVolume.NotFound",
  snap: "InvalidSnapshot.NotFound",
  sg: "InvalidGroup.NotFound",
};

function findThing(region: Ec2Region, id: string): Ec2Thing {
  const kinds: ReadonlyMap<string, Ec2Thing>[] = [
    region.images,
    region.instances,
    region.volumes,
    region.snapshots,
    region.keyPairs,
    region.securityGroups,
    region.vpcs,
    region.subnets,
  ];
  for (const kind of kinds) {
    const thing = kind.get(id);
    if (thing !== undefined && performance.now() >= thing.visibleAt) return thing;
  }
  const isInterface = [...region.instances.values()].find(
    ({ networkInterfaceId }) => networkInterfaceId === id,
  );
  if (isInterface !== undefined) return isInterface;
  const code = NOT_FOUND[id.split("-", 1)[0] ?? ""] ?? "InvalidID";
  throw new ApiError(400, code, `The ID '${id}' does not exist`);
}
