import { createHash } from "node:crypto";
import { ApiError } from "../../frame/errors.ts";
import { applyFilters } from "../filters.ts";
import { type Ec2Region, visible } from "../region.ts";
import { makeSshKeyPair } from "../ssh-keys.ts";
import { requestedTags, tagSet } from "../tags.ts";
import { DONE, type Operations, refuseValue } from "./operation.ts";

/** Pairs of keys for SSH. */
export const keyPairOperations: Operations = {
  async CreateKeyPair({ region, input }) {
    const name = input.required("KeyName");
    const type = input.text("KeyType") ?? "rsa";
    if (type !== "rsa" && type !== "ed25519") refuseValue(`The key type '${type}' is invalid`);
    refuseTaken(region, name);
    const thing = region.newThing("keyPair", requestedTags(input, "key-pair"));
    const { privateKey, publicKey } = await makeSshKeyPair(type);
    refuseTaken(region, name);
    const fingerprint = createHash("sha1").update(publicKey).digest("hex");
    region.keyPairs.set(thing.id, { ...thing, name, type, fingerprint, publicKey });
    return {
      keyName: name,
      keyFingerprint: fingerprint,
      keyMaterial: privateKey,
      keyPairId: thing.id,
      tagSet: tagSet(thing.tags),
    };
  },

  DescribeKeyPairs({ region, input }) {
    const names = input.list("KeyName");
    const pairs = visible(region.keyPairs);
    const missing = names.find((name) => !pairs.some((pair) => pair.name === name));
    if (missing !== undefined) {
      const message = `The key pair '${missing}' does not exist`;
      throw new ApiError(400, "InvalidKeyPair.NotFound", message);
    }
    const wanted = pairs.filter(({ name }) => names.length === 0 || names.includes(name));
    const found = applyFilters(wanted, input, {
      "key-name": ({ name }) => name,
      "key-pair-id": ({ id }) => id,
    });
    return {
      keySet: found.map(({ id, name, type, fingerprint, tags }) => ({
        keyPairId: id,
        keyName: name,
        keyType: type,
        keyFingerprint: fingerprint,
        tagSet: tagSet(tags),
      })),
    };
  },

  DeleteKeyPair({ region, input }) {
    const name = input.text("KeyName");
    const id = input.text("KeyPairId");
    for (const pair of region.keyPairs.values()) {
      if (pair.name === name || pair.id === id) region.keyPairs.delete(pair.id);
    }
    return DONE;
  },
};

function refuseTaken(region: Ec2Region, name: string): void {
  if (![...region.keyPairs.values()].some((pair) => pair.name === name)) return;
  throw new ApiError(400, "InvalidKeyPair.Duplicate", `The keypair '${name}' already exists.`);
}
