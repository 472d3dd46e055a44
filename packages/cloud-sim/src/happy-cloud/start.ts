import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ApiError, CloudSimError } from "../frame/errors.ts";
import type { ListenOptions } from "../frame/listen.ts";
import { type RunningStandIn, startStandIn } from "../frame/stand-in.ts";
import { Cloud } from "./cloud.ts";
import {
  DEFAULT_IMAGES,
  DEFAULT_REGIONS,
  type HappyCloudRegion,
  type HappyCloudSeedImage,
  type HappyCloudSnapshot,
} from "./model.ts";
import { happyCloudRoutes } from "./operations.ts";

/** How to start a happy-cloud. */
export interface HappyCloudOptions extends ListenOptions {
  /** The bearer token that clients must send; a random one by default. */
  token?: string;
  regions?: readonly HappyCloudRegion[];
  /** The images that are there from the start. */
  images?: readonly HappyCloudSeedImage[];
  /** How long an instance takes to start and to stop, in milliseconds; 5 by default. */
  transitionMs?: number;
}

/** A happy-cloud that listens. */
export interface HappyCloudStandIn extends RunningStandIn {
  /** The bearer token that clients must send. */
  readonly token: string;
  /** A copy of everything that exists, to see that nothing is left behind. */
  snapshot(): HappyCloudSnapshot;
}

/**
 * Starts a happy-cloud: a toy cloud with regions, images and instances, JSON over HTTP under `/v1`.
 *
 * @throws {CloudSimError} `PORT_TAKEN`, `LISTEN_FAILED`, `BAD_OPTION`.
 */
export async function startHappyCloud(options: HappyCloudOptions = {}): Promise<HappyCloudStandIn> {
  const token = options.token ?? `happy-${randomBytes(16).toString("hex")}`;
  const regions = options.regions ?? DEFAULT_REGIONS;
  const images = options.images ?? DEFAULT_IMAGES.filter((image) => isIn(regions, image));
  const stray = images.find((image) => !isIn(regions, image));
  if (stray !== undefined) {
    throw new CloudSimError(
      "BAD_OPTION",
      `the seed image ${stray.id} is in region ${stray.region}, which is not among the regions: add it there`,
    );
  }
  const cloud = new Cloud({
    regions,
    images,
    transitionMs: options.transitionMs ?? 5,
  });
  const standIn = await startStandIn(
    {
      name: "happy-cloud",
      routes: happyCloudRoutes(cloud),
      formatError: ({ code, message }) => ({ error: { code, message } }),
      headers: () => ({ "happy-request-id": randomUUID() }),
      authorize: (request) => requireToken(request, token),
    },
    options,
  );
  return Object.assign(standIn, { token, snapshot: () => cloud.snapshot() });
}

function isIn(regions: readonly HappyCloudRegion[], image: HappyCloudSeedImage): boolean {
  return regions.some(({ id }) => id === image.region);
}

function requireToken(request: IncomingMessage, token: string): void {
  const sent = request.headers.authorization ?? "";
  if (timingSafeEqual(digest(sent), digest(`Bearer ${token}`))) return;
  throw new ApiError(
    401,
    "unauthorized",
    sent === "" ? "the request has no bearer token" : "the bearer token was refused",
  );
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
