import { isDeepStrictEqual } from "node:util";
import { type AzureOptions, type AzureStandIn, startAzure } from "@packerkit/cloud-sim";
import { type SshServer, startSshServer } from "@packerkit/ssh-communicator/test/ssh-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPackerPair, type PackerPair } from "../fixtures/packer-pair.ts";
import { interrupt, type RunningCommand } from "../src/command.ts";
import { startProxy } from "../src/loopback-proxy.ts";
import {
  type Answers,
  type Metadata,
  metadataOf,
  noteState,
  readNotedState,
} from "../src/noted-state.ts";
import type { Packer } from "../src/packer.ts";
import { type Template, writeTemplate } from "../src/template.ts";

const SECRET = "a-client-secret-that-must-not-show";
const SUBSCRIPTION = "5f0c6a52-7f0e-4f38-9d7b-0d6a3c3a1f10";

let packers: PackerPair;
let official: Packer;
let ours: Packer;

beforeAll(async () => {
  packers = await openPackerPair("azure");
  ({ official, ours } = packers);
});
afterAll(async () => {
  await packers?.[Symbol.asyncDispose]();
});

const KEYS = [
  "par.artifact.metadata",
  "generated_data",
  "arm.ManagedImageSharedGalleryName",
  "arm.ManagedImageSharedGalleryReplicationRegions",
  "no.such.key",
];

/** A cloud, and the SSH server that stands for all machines in it. */
interface Site extends AsyncDisposable {
  cloud: AzureStandIn;
  server: SshServer;
}

async function openSite(options: AzureOptions = {}): Promise<Site> {
  const cloud = await startAzure({
    subscriptionId: SUBSCRIPTION,
    clientSecret: SECRET,
    operationMs: 0,
    ...options,
  });
  const server = await startSshServer({ authorizedKeys: () => cloud.publicKeys() });
  return {
    cloud,
    server,
    async [Symbol.asyncDispose]() {
      await server.close();
      await cloud.close();
    },
  };
}

const UBUNTU = {
  image_publisher: '"Canonical"',
  image_offer: '"ubuntu-24_04-lts"',
  image_sku: '"server"',
};

const MANAGED = {
  managed_image_name: '"web-1"',
  managed_image_resource_group_name: '"packerkit-images"',
};

const GALLERY = {
  shared_image_gallery_destination: `{
    subscription         = "${SUBSCRIPTION}"
    resource_group       = "packerkit-images"
    gallery_name         = "packerkit_gallery"
    image_name           = "web"
    image_version        = "1.0.0"
    replication_regions  = ["eastus", "westeurope"]
    storage_account_type = "Standard_LRS"
  }`,
};

const VHD = {
  resource_group_name: '"packerkit-images"',
  storage_account: '"packerkitstore"',
  capture_container_name: '"images"',
  capture_name_prefix: '"web"',
};

type Attributes = Record<string, string>;

/** A template that both plugins take as it is. */
async function template(
  packer: Packer,
  { cloud, server }: Site,
  attributes: Attributes,
): Promise<Template> {
  const all = {
    subscription_id: `"${cloud.subscriptionId}"`,
    tenant_id: `"${cloud.tenantId}"`,
    client_id: `"${cloud.clientId}"`,
    client_secret: `"${cloud.clientSecret}"`,
    metadata_host: `"${cloud.host}"`,
    cloud_environment_name: `"${cloud.environment}"`,
    location: '"westeurope"',
    os_type: '"Linux"',
    vm_size: '"Standard_B1s"',
    communicator: '"ssh"',
    ssh_username: '"packer"',
    ssh_port: String(server.port),
    ...attributes,
  };
  const lines = Object.entries(all).map(([name, value]) =>
    value.startsWith("{") && name.startsWith("shared")
      ? `  ${name} ${value}`
      : `  ${name} = ${value}`,
  );
  const text = `source "azure-arm" "web" {
${lines.join("\n")}
}

build {
  sources = ["source.azure-arm.web"]
  ${noteState("answers", KEYS)}
}
`;
  return await writeTemplate(packer, text, { "ca.pem": cloud.certificate });
}

/** Go and Node are told in different ways whom to trust. */
function trust({ folder }: Template): Record<string, string> {
  return { SSL_CERT_FILE: `${folder}/ca.pem`, NODE_EXTRA_CA_CERTS: `${folder}/ca.pem` };
}

/** Builds in a cloud of its own, and answers what the artifact answered and what is left in the cloud. */
async function build(packer: Packer, attributes: Attributes, env: Record<string, string> = {}) {
  await using site = await openSite();
  const made = await template(packer, site, attributes);
  const result = await made.packer("build", [], { ...trust(made), ...env });
  expect(result.exitCode, result.all).toBe(0);
  const answers = await readNotedState(made.folder, "answers");
  const { groups, resources, blobs } = site.cloud.snapshot();
  const left = { groups, resources: resources.map(({ type, name }) => `${type} ${name}`), blobs };
  return { answers, left };
}

/** What both plugins must answer alike; the official one's generated data holds what provisioners were told, too. */
function comparable({ files, state, ...rest }: Answers): object {
  const { generated_data: data, ...others } = state;
  const { SourceImageName } = data as Record<string, unknown>;
  return { ...rest, files: files ?? [], state: others, SourceImageName };
}

/** One line for each field of the metadata that is compared. */
function print(name: string, theirs: Metadata, own: Metadata): void {
  const fields = [...new Set([...Object.keys(theirs), ...Object.keys(own)])] as (keyof Metadata)[];
  const differing = fields.filter((field) => !isDeepStrictEqual(theirs[field], own[field]));
  console.log(
    `azure, ${name}: ${fields.length} fields of the metadata compared, ${
      differing.length === 0 ? "all the same" : `different: ${differing.join(", ")}`
    }`,
  );
}

describe("the same template gives the same artifact with both plugins, in Packer", () => {
  it.each<[string, Attributes]>([
    ["a managed image", { ...UBUNTU, ...MANAGED, azure_tags: '{ team = "web" }' }],
    [
      "a managed image of a managed image",
      {
        ...MANAGED,
        custom_managed_image_name: '"golden-1"',
        custom_managed_image_resource_group_name: '"packerkit-images"',
      },
    ],
    ["a version of a gallery's image", { ...UBUNTU, ...GALLERY }],
    ["a managed image, and a version of a gallery's image", { ...UBUNTU, ...MANAGED, ...GALLERY }],
  ])("%s", async (name, attributes) => {
    const [theirs, own] = [await build(official, attributes), await build(ours, attributes)];
    print(name, metadataOf(theirs.answers), metadataOf(own.answers));
    expect(comparable(own.answers)).toEqual(comparable(theirs.answers));
    expect(metadataOf(own.answers)).toMatchObject({
      ProviderName: "azure",
      ProviderRegion: "westeurope",
    });
    expect(own.left).toEqual(theirs.left);
  });

  it("a VHD, but for where it lies and for the template beside it, which only capturing writes", async () => {
    const attributes = { ...UBUNTU, ...VHD };
    await using proxy = await startProxy();
    const theirs = await build(official, attributes, { HTTPS_PROXY: proxy.url });
    const own = await build(ours, attributes);
    const [their, our] = [metadataOf(theirs.answers), metadataOf(own.answers)];
    print("a VHD", their, our);
    const { template_uri: written, ...labels } = their.Labels;
    expect(written).toMatch(/^https:.*-vmTemplate\.[-0-9a-f]+\.json$/);
    expect(our.Labels).toEqual(labels);
    expect(our.ImageID).toMatch(/^https:\/\/[^/]+\/packerkitstore\/images\/web.*\.vhd$/);
    expect(their.ImageID).toMatch(/^https:\/\/[^/]+\/packerkitstore\/system\/.*\.vhd$/);
    const { ImageID: _, Labels: __, ...theirRest } = their;
    expect(our).toMatchObject(theirRest);
    expect(own.answers.builderId).toBe(theirs.answers.builderId);
    for (const { left } of [own, theirs]) {
      expect([left.groups, left.resources]).toEqual([[], []]);
    }
  });
});

describe("our plugin in Packer", () => {
  it("names what is wrong with a template before anything is asked of the cloud", async () => {
    await using site = await openSite();
    const made = await template(ours, site, { ...UBUNTU, ...MANAGED, os_type: '"Plan9"' });
    const result = await made.packer("validate", [], trust(made));
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("os_type");
    expect(site.cloud.requests).toEqual([]);
  });

  it("Ctrl-C in the middle cleans up", async () => {
    await using site = await openSite({ operationMs: 300 });
    const made = await template(ours, site, { ...UBUNTU, ...MANAGED });
    const running: RunningCommand = made.packer("build", [], trust(made));
    running.stdout.on("data", (chunk) => {
      if (/creating the managed image/i.test(String(chunk))) interrupt(running);
    });
    const result = await running;
    expect(result.exitCode, result.all).toBe(1);
    expect(site.cloud.snapshot()).toEqual({ groups: [], resources: [], blobs: [] });
  });

  it("no secret shows in the output or in PACKER_LOG, and the cloud's own error does", async () => {
    await using site = await openSite();
    site.cloud.faults.inject({
      kind: "error",
      operation: "Images_CreateOrUpdate",
      status: 409,
      code: "OperationNotAllowed",
      message: `not with ${SECRET}`,
    });
    const made = await template(ours, site, { ...UBUNTU, ...MANAGED });
    const result = await made.packer("build", [], { ...trust(made), PACKER_LOG: "1" });
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("OperationNotAllowed");
    expect(result.all).not.toContain(SECRET);
    expect(site.cloud.snapshot()).toEqual({ groups: [], resources: [], blobs: [] });
  });
});
