import { PassThrough } from "node:stream";
import { setDefaultCACertificates } from "node:tls";
import { type AzureOptions, type AzureStandIn, startAzure } from "@packerkit/cloud-sim";
import { consoleUi, type RunBuildOptions, runBuild, type Ui } from "@packerkit/plugin-sdk";
import type { Artifact } from "@packerkit/registry-image";
import { AzureClient, armBuilder } from "../src/index.ts";
import { describeResource } from "../src/resource-id.ts";

/** The certificate that all clouds of this process have; nothing else is reached from here. */
let trusted: string | undefined;

/** A cloud of its own for one test, with operations that take next to no time; its certificate is trusted from now on. */
export async function startCloud(options: AzureOptions = {}): Promise<AzureStandIn> {
  const cloud = await startAzure({ operationMs: 1, ...options });
  if (trusted !== cloud.certificate) setDefaultCACertificates([cloud.certificate]);
  trusted = cloud.certificate;
  return cloud;
}

/** How a build signs in to the given cloud. */
export function access(cloud: AzureStandIn): Record<string, unknown> {
  return {
    metadata_host: cloud.host,
    subscription_id: cloud.subscriptionId,
    tenant_id: cloud.tenantId,
    client_id: cloud.clientId,
    client_secret: cloud.clientSecret,
  };
}

/** A client of the given cloud, besides those of the builds. */
export async function clientOf(cloud: AzureStandIn): Promise<AzureClient> {
  return await AzureClient.connect({
    environment: { resourceManager: cloud.url, authority: cloud.url, audience: cloud.url },
    credentials: {
      kind: "secret",
      tenant: cloud.tenantId,
      client: cloud.clientId,
      secret: cloud.clientSecret,
    },
    subscription: cloud.subscriptionId,
  });
}

/** What a build is for. */
export const MANAGED_IMAGE = {
  managed_image_name: "web-1",
  managed_image_resource_group_name: "packerkit-images",
};

export const GALLERY = {
  shared_image_gallery_destination: {
    resource_group: "packerkit-images",
    gallery_name: "packerkit_gallery",
    image_name: "web",
    image_version: "1.0.0",
    replication_regions: ["North Europe"],
  },
};

export const VHD = {
  storage_account: "packerkitstore",
  resource_group_name: "packerkit-images",
  capture_container_name: "images",
  capture_name_prefix: "web-",
};

/** Where the machine starts from unless a test says otherwise. */
export const PLATFORM_IMAGE = {
  image_publisher: "Canonical",
  image_offer: "ubuntu-24_04-lts",
  image_sku: "server",
};

/** In place of {@link PLATFORM_IMAGE}. */
export const NO_PLATFORM_IMAGE = {
  image_publisher: undefined,
  image_offer: undefined,
  image_sku: undefined,
};

/** The settings of a build in the given cloud. */
export function settings(cloud: AzureStandIn, more: object): Record<string, unknown> {
  return {
    ...access(cloud),
    ...PLATFORM_IMAGE,
    location: "westeurope",
    os_type: "Linux",
    communicator: "none",
    ...more,
  };
}

/** A {@link Ui} that says nothing. */
export function quietUi(): Ui {
  return consoleUi("test", new PassThrough().resume());
}

/** A {@link Ui} that keeps the errors that it is told. */
export function recordingUi(): { ui: Ui; errors: string[] } {
  const errors: string[] = [];
  return { ui: { ...quietUi(), error: (line) => void errors.push(line) }, errors };
}

/** Builds, quietly. */
export async function build(
  cloud: AzureStandIn,
  more: object = MANAGED_IMAGE,
  options: Partial<RunBuildOptions> = {},
): Promise<Artifact> {
  const artifact = await runBuild(armBuilder, {
    config: settings(cloud, more),
    ui: quietUi(),
    ...options,
  });
  if (artifact === undefined) throw new Error("the build made no artifact");
  return artifact;
}

/** What there is in a cloud that was not there from the start, as errors name it. */
export function leftovers(cloud: AzureStandIn): string[] {
  const { blobs, groups, resources } = cloud.snapshot();
  return [
    ...groups.map((name) => `resource group ${name}`),
    ...resources.map(({ id }) => describeResource(id)),
    ...blobs,
  ];
}

/** The id of a resource of the given cloud. */
export function idOf(cloud: AzureStandIn, path: string, group = "packerkit-images"): string {
  return `/subscriptions/${cloud.subscriptionId}/resourceGroups/${group}/providers/${path}`;
}
