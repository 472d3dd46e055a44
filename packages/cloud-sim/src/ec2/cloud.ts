import { randomBytes } from "node:crypto";
import { ApiError, CloudSimError } from "../frame/errors.ts";
import type { Ec2SeedImage, Ec2Snapshot } from "./model.ts";
import { Ec2Region, type Ec2Timing } from "./region.ts";
import { addSeedImage } from "./seed.ts";
import type { AwsCredentials } from "./signature.ts";
import { summarise } from "./summary.ts";

/** What a cloud is made of. */
export interface Ec2CloudOptions {
  accountId: string;
  credentials: AwsCredentials;
  regions: readonly string[];
  images: readonly Ec2SeedImage[];
  timing: Ec2Timing;
  /** The public address of every instance. */
  instanceAddress: string;
}

/** An account with all its regions. */
export class Ec2Cloud {
  readonly accountId: string;
  readonly instanceAddress: string;
  readonly #regions: ReadonlyMap<string, Ec2Region>;
  readonly #credentials = new Map<string, AwsCredentials>();

  constructor({ regions, images, timing, ...options }: Ec2CloudOptions) {
    this.accountId = options.accountId;
    this.instanceAddress = options.instanceAddress;
    this.#regions = new Map(regions.map((name) => [name, new Ec2Region(name, timing)]));
    this.#credentials.set(options.credentials.accessKeyId, options.credentials);
    for (const image of images) {
      const region = this.#regions.get(image.region);
      if (region === undefined) {
        throw new CloudSimError(
          "BAD_OPTION",
          `the seed image ${image.id} is in region ${image.region}, which is not among the regions: add it there`,
        );
      }
      addSeedImage(region, image, this.accountId);
    }
  }

  regions(): Ec2Region[] {
    return [...this.#regions.values()];
  }

  /** @throws {ApiError} `AuthFailure`, which is EC2's answer in a region that the account does not have. */
  region(name: string): Ec2Region {
    const region = this.#regions.get(name);
    if (region !== undefined) return region;
    throw new ApiError(
      401,
      "AuthFailure",
      "AWS was not able to validate the provided access credentials",
    );
  }

  credentials(accessKeyId: string): AwsCredentials | undefined {
    return this.#credentials.get(accessKeyId);
  }

  /** New keys for a role. */
  assumeRole(roleArn: string, sessionName: string): AwsCredentials {
    const role = roleArn.split(":role/")[1] ?? "role";
    const credentials: AwsCredentials = {
      accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(60).toString("base64"),
      arn: `arn:aws:sts::${this.accountId}:assumed-role/${role}/${sessionName}`,
    };
    this.#credentials.set(credentials.accessKeyId, credentials);
    return credentials;
  }

  /** Terminates an instance at once. */
  kill(instanceId: string): void {
    for (const region of this.regions()) {
      const instance = region.instances.get(instanceId);
      if (instance === undefined) continue;
      instance.transition = { from: "shutting-down", to: "terminated", at: performance.now() };
      instance.stateReason = "Server.InternalError: the hardware failed";
      region.settle();
    }
  }

  snapshot(): Ec2Snapshot {
    const parts = this.regions().map(summarise);
    return {
      images: parts.flatMap(({ images }) => images),
      instances: parts.flatMap(({ instances }) => instances),
      volumes: parts.flatMap(({ volumes }) => volumes),
      snapshots: parts.flatMap(({ snapshots }) => snapshots),
      keyPairs: parts.flatMap(({ keyPairs }) => keyPairs),
      securityGroups: parts.flatMap(({ securityGroups }) => securityGroups),
    };
  }
}
