import { randomBytes, randomUUID } from "node:crypto";
import { ownCertificate } from "../frame/certificate.ts";
import type { ListenOptions } from "../frame/listen.ts";
import { type RunningStandIn, startStandIn } from "../frame/stand-in.ts";
import type { AzureOperationFailure } from "./async-operations.ts";
import { Blobs } from "./blobs.ts";
import { DEPLOYMENT } from "./deployments.ts";
import { ENVIRONMENT_NAME } from "./identity-routes.ts";
import type { ResourceKind } from "./kind.ts";
import { diskKinds } from "./kinds/disks.ts";
import { galleryKinds } from "./kinds/galleries.ts";
import { imageKinds } from "./kinds/images.ts";
import { machineKinds } from "./kinds/machines.ts";
import { networkKinds } from "./kinds/network.ts";
import { otherKinds } from "./kinds/others.ts";
import {
  type AzurePlatformImage,
  type AzureSeedGroup,
  type AzureSnapshot,
  DEFAULT_GROUPS,
  DEFAULT_LOCATIONS,
  DEFAULT_PLATFORM_IMAGES,
} from "./model.ts";
import { lastPart } from "./names.ts";
import { Resources } from "./resources.ts";
import { azureRoutes } from "./routes.ts";
import { seedGroup } from "./seed.ts";
import { Tokens } from "./tokens.ts";
import { azureWire } from "./wire.ts";

/** How to start an Azure cloud. */
export interface AzureOptions extends Omit<ListenOptions, "unixSocket"> {
  /** Random ids and a random secret by default. */
  subscriptionId?: string;
  tenantId?: string;
  clientId?: string;
  clientSecret?: string;
  /** Regions, by their short names. */
  locations?: readonly string[];
  /** Images of the marketplace. */
  platformImages?: readonly AzurePlatformImage[];
  /** The resource groups that are there from the start; `packerkit-images` by default. */
  groups?: readonly AzureSeedGroup[];
  /** How long an asynchronous operation takes, in milliseconds; 5 by default. */
  operationMs?: number;
  /** What `Retry-After` says, in whole seconds; 0 by default. */
  retryAfterSeconds?: number;
  /** The most that may exist of a type, such as `Microsoft.Compute/virtualMachines`, at a time; no limits by default. */
  limits?: Readonly<Record<string, number>>;
}

/** An Azure cloud that listens on HTTPS, with a certificate of its own. */
export interface AzureStandIn extends RunningStandIn {
  /** For `metadata_host`, such as `127.0.0.1:8443`. */
  readonly host: string;
  /** For `cloud_environment_name`. */
  readonly environment: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The server's certificate, in PEM, for those who are to trust it. */
  readonly certificate: string;
  /** Everything that exists, without what was there from the start. */
  snapshot(): AzureSnapshot;
  /** A resource, as the API shows it; undefined where there is none of this id. */
  resource(id: string): Readonly<Record<string, unknown>> | undefined;
  /** The keys that may sign in to running machines over SSH, as lines of an `authorized_keys` file. */
  publicKeys(): string[];
  /** Makes the next operation that a request of this name begins, such as `Images_CreateOrUpdate`, end in an error. */
  failOperation(operation: string, failure: AzureOperationFailure): void;
  /** No token that was given out so far is taken any longer. */
  expireTokens(): void;
}

const DEPLOYMENTS: ResourceKind = {
  type: DEPLOYMENT,
  operations: "Deployments",
  isPlaceless: true,
};

/**
 * Starts an Azure cloud: the environment's metadata, Microsoft Entra ID, Azure Resource Manager and blob storage, all
 * at one address.
 *
 * @throws {CloudSimError} `PORT_TAKEN`, `LISTEN_FAILED`, `BAD_OPTION`.
 */
export async function startAzure(options: AzureOptions = {}): Promise<AzureStandIn> {
  const account = {
    subscriptionId: options.subscriptionId ?? randomUUID(),
    tenantId: options.tenantId ?? randomUUID(),
    clientId: options.clientId ?? randomUUID(),
    clientSecret: options.clientSecret ?? randomBytes(24).toString("base64url"),
  };
  const { tenantId: tenant, clientId, clientSecret } = account;
  const tokens = new Tokens({ tenant, clientId, clientSecret });
  let url = "";
  const kinds = [
    DEPLOYMENTS,
    ...networkKinds,
    ...diskKinds,
    ...machineKinds,
    ...imageKinds,
    ...galleryKinds,
    ...otherKinds(() => url),
  ];
  const resources = makeResources(options, account.subscriptionId, kinds);
  const certificate = await ownCertificate();
  const routes = azureRoutes(resources, kinds, tokens);
  const standIn = await startStandIn(
    { name: "azure", routes, certificate, ...azureWire(resources, tokens, routes) },
    options,
  );
  url = standIn.url;
  return Object.assign(standIn, {
    ...account,
    host: url.replace("https://", ""),
    environment: ENVIRONMENT_NAME,
    certificate: certificate.cert,
    snapshot: () => snapshotOf(resources),
    resource(id: string) {
      resources.operations.settle();
      const found = resources.find(id);
      return found === undefined ? undefined : { ...resources.view(found) };
    },
    publicKeys: () =>
      resources
        .all()
        .flatMap(({ machine }) => (machine?.power === "running" ? machine.publicKeys : [])),
    failOperation: (operation: string, failure: AzureOperationFailure) =>
      resources.operations.plan(operation, failure),
    expireTokens: () => tokens.expire(),
  });
}

function makeResources(
  options: AzureOptions,
  subscription: string,
  kinds: readonly ResourceKind[],
): Resources {
  const resources = new Resources(
    {
      subscription,
      locations: options.locations ?? DEFAULT_LOCATIONS,
      platformImages: options.platformImages ?? DEFAULT_PLATFORM_IMAGES,
      operationMs: options.operationMs ?? 5,
      retryAfterSeconds: options.retryAfterSeconds ?? 0,
      limits: options.limits ?? {},
    },
    kinds,
    new Blobs(),
  );
  for (const group of options.groups ?? DEFAULT_GROUPS) seedGroup(resources, group);
  return resources;
}

function snapshotOf(resources: Resources): AzureSnapshot {
  resources.operations.settle();
  const summaries = resources
    .all()
    .filter(({ isSeed }) => !isSeed)
    .map(({ id, type, group, location, state, tags }) => ({
      id,
      type,
      group,
      name: lastPart(id),
      location,
      state,
      tags,
    }));
  return {
    groups: resources.groups.filter(({ isSeed }) => !isSeed).map(({ name }) => name),
    resources: summaries.sort((one, other) =>
      `${one.type} ${one.name}`.localeCompare(`${other.type} ${other.name}`, "en"),
    ),
    blobs: resources.blobs.list(),
  };
}
