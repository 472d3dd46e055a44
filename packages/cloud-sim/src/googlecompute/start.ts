import { randomBytes } from "node:crypto";
import { CloudSimError } from "../frame/errors.ts";
import type { ListenOptions } from "../frame/listen.ts";
import { type RunningStandIn, startStandIn } from "../frame/stand-in.ts";
import { Cloud } from "./cloud.ts";
import { formatError } from "./errors.ts";
import {
  DEFAULT_IMAGES,
  DEFAULT_ZONES,
  type GoogleComputeSeedImage,
  type GoogleComputeSnapshot,
} from "./model.ts";
import type { OperationFailure } from "./operations.ts";
import { googleComputeRoutes } from "./routes.ts";
import { Tokens } from "./tokens.ts";

/** How to start a Compute Engine. */
export interface GoogleComputeOptions extends ListenOptions {
  /** The access token that clients must send; a random one by default. */
  token?: string;
  /** The projects in which things can be made; `packerkit-test` by default. Projects of images can only be read. */
  projects?: readonly string[];
  zones?: readonly string[];
  /** Networks and subnetworks; `default` by default. */
  networks?: readonly string[];
  /** The images that are there from the start. */
  images?: readonly GoogleComputeSeedImage[];
  /** Buckets of Cloud Storage; `packerkit-bucket` by default. */
  buckets?: readonly string[];
  /** How long an operation takes, in milliseconds; 5 by default. */
  operationMs?: number;
  /** For how long one call waits for an operation, in milliseconds; two minutes by default, as in the cloud. */
  longestWaitMs?: number;
  /** How long a start-up script takes, in milliseconds; 5 by default. */
  scriptMs?: number;
  /** The most that may exist at a time; no limits by default. */
  limits?: { images?: number; instances?: number; disks?: number };
}

/** A Compute Engine that listens. */
export interface GoogleComputeStandIn extends RunningStandIn {
  /** The access token that clients must send. */
  readonly token: string;
  /** The first of its projects. */
  readonly project: string;
  /** What `custom_endpoints` of Packer's plugins has to say. */
  readonly endpoints: { readonly compute: string; readonly storage: string };
  /** Everything that exists, without the images that were there from the start. */
  snapshot(): GoogleComputeSnapshot;
  /** Makes the next operation that a request of this name begins, such as `images.insert`, end in an error. */
  failOperation(operation: string, failure: OperationFailure): void;
  /** Makes the next start-up script that ends fail, and print this. */
  failStartupScript(output: string): void;
  /** No token that was given out so far is taken any longer. */
  expireTokens(): void;
}

/**
 * Starts a Compute Engine, with what of Cloud Storage the import and the export of images need.
 *
 * @throws {CloudSimError} `PORT_TAKEN`, `LISTEN_FAILED`, `BAD_OPTION`.
 */
export async function startGoogleCompute(
  options: GoogleComputeOptions = {},
): Promise<GoogleComputeStandIn> {
  const [project, ...others] = options.projects ?? ["packerkit-test"];
  if (project === undefined) {
    throw new CloudSimError("BAD_OPTION", "there is no project: name one, or leave projects out");
  }
  const token = options.token ?? `ya29.${randomBytes(24).toString("base64url")}`;
  const tokens = new Tokens(token);
  const none = Number.POSITIVE_INFINITY;
  const cloud = new Cloud({
    projects: [project, ...others],
    zones: options.zones ?? DEFAULT_ZONES,
    networks: options.networks ?? ["default"],
    images: options.images ?? DEFAULT_IMAGES,
    buckets: options.buckets ?? ["packerkit-bucket"],
    operationMs: options.operationMs ?? 5,
    longestWaitMs: options.longestWaitMs ?? 120_000,
    scriptMs: options.scriptMs ?? 5,
    limits: { images: none, instances: none, disks: none, ...options.limits },
    tokens,
  });
  const standIn = await startStandIn(
    {
      name: "googlecompute",
      routes: googleComputeRoutes(cloud),
      formatError,
      authorize: (request) => tokens.check(request),
    },
    options,
  );
  return Object.assign(standIn, {
    token,
    project,
    endpoints: {
      compute: `${standIn.url}/compute/v1/`,
      storage: `${standIn.url}/storage/v1/`,
    },
    snapshot: () => cloud.snapshot(),
    failOperation: (operation: string, failure: OperationFailure) =>
      cloud.resources.operations.plan(operation, failure),
    failStartupScript: (output: string) => cloud.scripts.planFailure(output),
    expireTokens: () => tokens.expire(),
  });
}
