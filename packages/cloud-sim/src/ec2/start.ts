import { randomBytes } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import type { ListenOptions } from "../frame/listen.ts";
import type { RunningStandIn } from "../frame/stand-in.ts";
import { Ec2Cloud } from "./cloud.ts";
import { DEFAULT_REGIONS, defaultImages, type Ec2SeedImage, type Ec2Snapshot } from "./model.ts";
import { imageAttributeOperations } from "./operations/image-attributes.ts";
import { imageOperations } from "./operations/images.ts";
import { instanceOperations } from "./operations/instances.ts";
import { keyPairOperations } from "./operations/key-pairs.ts";
import { networkOperations } from "./operations/networks.ts";
import type { Operations } from "./operations/operation.ts";
import { regionOperations, stsOperations } from "./operations/regions.ts";
import { snapshotOperations } from "./operations/snapshots.ts";
import { tagOperations } from "./operations/tags.ts";
import { type QueryRequest, startQueryServer } from "./query-server.ts";
import type { Ec2FailureKind, Ec2Timing } from "./region.ts";
import type { XmlElements } from "./xml.ts";

/** How to start an EC2. */
export interface Ec2Options extends ListenOptions {
  /** The keys that clients must sign with; random ones by default. */
  accessKeyId?: string;
  secretAccessKey?: string;
  /** `123456789012` by default. */
  accountId?: string;
  regions?: readonly string[];
  /** The images that are there from the start. */
  images?: readonly Ec2SeedImage[];
  /** How long things take; a number holds for all transitions. 5 ms by default, and nothing is invisible. */
  timing?: number | Partial<Ec2Timing>;
  /** The public address of every instance; `127.0.0.1` by default. */
  instanceAddress?: string;
}

/** An EC2 that listens. */
export interface Ec2StandIn extends RunningStandIn {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly accountId: string;
  /** A copy of everything that exists, to see that nothing is left behind. */
  snapshot(): Ec2Snapshot;
  /** The public keys of a region's key pairs: lines of an `authorized_keys` file, as instances have them. */
  publicKeys(region: string): string[];
  /** Makes the next thing of a kind fail while it is being made. */
  planFailure(region: string, kind: Ec2FailureKind, reason: string): void;
  /** Terminates an instance, as its owner or its hardware may at any time. */
  kill(instanceId: string): void;
}

const EC2_OPERATIONS: Operations = {
  ...regionOperations,
  ...networkOperations,
  ...keyPairOperations,
  ...imageOperations,
  ...imageAttributeOperations,
  ...instanceOperations,
  ...snapshotOperations,
  ...tagOperations,
};

/**
 * Starts an EC2: several regions and the Security Token Service on one endpoint. Requests must be signed; the signature
 * tells the region.
 *
 * @throws {CloudSimError} `PORT_TAKEN`, `LISTEN_FAILED`, `BAD_OPTION`.
 */
export async function startEc2(options: Ec2Options = {}): Promise<Ec2StandIn> {
  const accountId = options.accountId ?? "123456789012";
  const accessKeyId = options.accessKeyId ?? `AKIA${randomBytes(8).toString("hex").toUpperCase()}`;
  const secretAccessKey = options.secretAccessKey ?? randomBytes(30).toString("base64");
  const regions = options.regions ?? DEFAULT_REGIONS;
  const cloud = new Ec2Cloud({
    accountId,
    credentials: { accessKeyId, secretAccessKey, arn: `arn:aws:iam::${accountId}:user/packer` },
    regions,
    images: options.images ?? defaultImages(regions),
    timing: timingOf(options.timing ?? 5),
    instanceAddress: options.instanceAddress ?? "127.0.0.1",
  });
  const standIn = await startQueryServer(
    {
      name: "ec2",
      credentials: (id) => cloud.credentials(id),
      handle: (request) => handle(cloud, request),
    },
    options,
  );
  return Object.assign(standIn, {
    accessKeyId,
    secretAccessKey,
    accountId,
    snapshot: () => structuredClone(cloud.snapshot()),
    publicKeys: (region: string) =>
      [...cloud.region(region).keyPairs.values()].map(
        ({ name, publicKey }) => `${publicKey} ${name}`,
      ),
    planFailure: (region: string, kind: Ec2FailureKind, reason: string) =>
      cloud.region(region).planFailure(kind, reason),
    kill: (instanceId: string) => cloud.kill(instanceId),
  });
}

function timingOf(timing: number | Partial<Ec2Timing>): Ec2Timing {
  const each = typeof timing === "number" ? timing : 5;
  const usual = { instanceMs: each, imageMs: each, copyMs: each, invisibleMs: 0, detachMs: 0 };
  return typeof timing === "number" ? usual : { ...usual, ...timing };
}

function handle(
  cloud: Ec2Cloud,
  { action, input, signedBy }: QueryRequest,
): XmlElements | Promise<XmlElements> {
  const { credentials, service } = signedBy;
  const region = cloud.region(signedBy.region);
  const operations = service === "sts" ? stsOperations : EC2_OPERATIONS;
  const operation = Object.hasOwn(operations, action) ? operations[action] : undefined;
  if (operation === undefined) {
    throw new ApiError(400, "InvalidAction", `The action ${action} is not valid for this endpoint`);
  }
  region.settle();
  return operation({ cloud, region, input, credentials });
}
