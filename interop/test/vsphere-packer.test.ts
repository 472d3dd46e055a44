import { readFile } from "node:fs/promises";
import { Observer, type TestVCenter } from "@packerkit/vsphere/test/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPackerPair, type PackerPair } from "../fixtures/packer-pair.ts";
import { interrupt, type RunningCommand } from "../src/command.ts";
import { type Answers, metadataOf, noteState, readNotedState } from "../src/noted-state.ts";
import type { Packer } from "../src/packer.ts";
import { repositoryRoot } from "../src/paths.ts";
import { type Template, writeTemplate } from "../src/template.ts";
import { startVcsim } from "./vsphere/vcsim.ts";

const SOURCE = "github.com/hashicorp/vsphere";

let packers: PackerPair;
let official: Packer;
let ours: Packer;

beforeAll(async () => {
  packers = await openPackerPair("vsphere");
  ({ official, ours } = packers);
});
afterAll(async () => {
  await packers?.[Symbol.asyncDispose]();
});

const KEYS = ["par.artifact.metadata", "metadata", "source_template", "iso_path", "no.such.key"];

const writeState = noteState("answers", KEYS);

type Attributes = Readonly<Record<string, unknown>>;

/** A clone on a host of its own, which both plugins take as it is. */
const cloneOf = (vcenter: TestVCenter): Attributes => ({
  template: vcenter.template,
  host: vcenter.host,
  datastore: vcenter.datastore,
});

/** What a template is like, besides its source's attributes, which are given as in JSON: HCL reads that too. */
interface Shape {
  readonly kind?: "clone" | "iso";
  /** Blocks of the source. */
  readonly blocks?: string;
  /** What follows the source in the build. */
  readonly body?: string;
}

/** A template of one source that both plugins take. */
async function template(
  packer: Packer,
  vcenter: TestVCenter,
  attributes: Attributes,
  { kind = "clone", blocks = "", body = writeState }: Shape = {},
): Promise<Template> {
  const all = {
    vcenter_server: vcenter.server,
    username: vcenter.username,
    password: vcenter.password,
    insecure_connection: true,
    datacenter: vcenter.datacenter,
    vm_name: "web-1",
    communicator: "none",
    ...attributes,
  };
  const lines = Object.entries(all).map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`);
  return await writeTemplate(
    packer,
    `source "vsphere-${kind}" "web" {
${lines.join("\n")}
  ${blocks}
}

build {
  sources = ["source.vsphere-${kind}.web"]
  ${body}
}
`,
  );
}

/** Builds on a vcsim of its own; answers what the artifact answered and what is on the vcsim afterwards. */
async function build(
  packer: Packer,
  attributes: (vcenter: TestVCenter) => Attributes,
  shape: (vcenter: TestVCenter) => Shape = () => ({}),
): Promise<{ answers: Answers; left: string[] }> {
  await using vcenter = await startVcsim();
  await using observer = new Observer(vcenter);
  const made = await template(packer, vcenter, attributes(vcenter), shape(vcenter));
  const done = new AbortController();
  // Nothing installs on vcsim: a machine that was powered on has to be powered off.
  const installer = observer.powerOffOnceOn("web-1", done.signal);
  const result = await made.packer("build");
  done.abort();
  await installer;
  expect(result.exitCode, result.all).toBe(0);
  const answers = await readNotedState(made.folder, "answers");
  return { answers, left: await observer.inventory() };
}

/** What both must answer alike: no files are null with the official plugin, and vcsim gives each machine a UUID. */
function comparable({ files, state, ...rest }: Answers): object {
  const text = JSON.stringify({ ...rest, files: files ?? [], state });
  return JSON.parse(text.replaceAll(UUID, "a UUID")) as object;
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

describe("the same template gives the same artifact with both plugins, in Packer on vcsim", () => {
  it.each<[string, (vcenter: TestVCenter) => Attributes]>([
    [
      "a clone that becomes a template",
      (vcenter) => ({ ...cloneOf(vcenter), convert_to_template: true }),
    ],
    [
      "a clone with hardware and a snapshot",
      (vcenter) => ({
        ...cloneOf(vcenter),
        CPUs: 2,
        RAM: 2048,
        configuration_parameters: { "guestinfo.role": "web" },
        create_snapshot: true,
      }),
    ],
    [
      "a clone in a cluster's pool and a folder that is made, on a network of a distributed switch",
      (vcenter) => ({
        template: vcenter.template,
        cluster: vcenter.cluster,
        host: vcenter.clusterHost,
        resource_pool: vcenter.pool,
        datastore: vcenter.datastore,
        folder: "made/for/this",
        network: vcenter.portgroup,
      }),
    ],
    ["a linked clone", (vcenter) => ({ ...cloneOf(vcenter), linked_clone: true })],
  ])("%s", async (_, attributes) => {
    const [theirs, own] = [await build(official, attributes), await build(ours, attributes)];
    expect(comparable(own.answers)).toEqual(comparable(theirs.answers));
    expect(metadataOf(own.answers)).toMatchObject({ ImageID: "web-1", ProviderName: "vsphere" });
    expect(own.left).toEqual(theirs.left);
  });

  it("an installation from an ISO image of the datastore, with two disks and adapters", async () => {
    const attributes = (vcenter: TestVCenter) => ({
      cluster: vcenter.cluster,
      host: vcenter.clusterHost,
      datastore: vcenter.datastore,
      guest_os_type: "debian12_64Guest",
      iso_paths: [`[${vcenter.datastore}] iso/debian.iso`],
      notes: "the shop's <web> & mail server",
      CPUs: 2,
      RAM: 2048,
      boot_wait: "0s",
    });
    const shape = ({ network, portgroup }: TestVCenter): Shape => ({
      kind: "iso",
      blocks: `storage {
    disk_size = 1024
  }
  network_adapters {
    network      = "${network}"
    network_card = "vmxnet3"
  }
  network_adapters {
    network      = "${portgroup}"
    network_card = "vmxnet3"
  }`,
    });
    const theirs = await build(official, attributes, shape);
    const own = await build(ours, (vcenter) => omit(attributes(vcenter), "boot_wait"), shape);
    const { Labels: labels, ...image } = metadataOf(own.answers);
    const { Labels: theirLabels, ...theirImage } = metadataOf(theirs.answers);
    // The official plugin tells of an image that it uploaded itself alone.
    expect(image).toEqual({ ...theirImage, SourceImageID: "[LocalDS_0] iso/debian.iso" });
    expect(theirImage.SourceImageID).toBe("");
    // The official plugin tells the second network's reference, and not its name.
    const { network_1, ...others } = theirLabels;
    expect(network_1).toMatch(/^DistributedVirtualPortgroup:/);
    expect({ ...labels, vsphere_uuid: "" }).toEqual({
      ...others,
      vsphere_uuid: "",
      network_1: "DC0_DVPG0",
    });
    expect(own.left).toEqual(theirs.left);
  });

  it("an OVF template in a content library", async () => {
    const shape = ({ library }: TestVCenter): Shape => ({
      blocks: `content_library_destination {
    library = "${library}"
    name    = "web-item"
    ovf     = true
  }`,
    });
    const theirs = await build(official, cloneOf, shape);
    const own = await build(ours, cloneOf, shape);
    expect(comparable(own.answers)).toEqual(comparable(theirs.answers));
    expect(own.left).toEqual(theirs.left);
  });

  it("but for a clone's notes, which vcsim does not take from the call that the official plugin makes", async () => {
    const attributes = (vcenter: TestVCenter) => ({ ...cloneOf(vcenter), notes: "<web> & mail" });
    const { Labels: theirs } = metadataOf((await build(official, attributes)).answers);
    const { Labels: own } = metadataOf((await build(ours, attributes)).answers);
    expect({ ...own, vsphere_uuid: "" }).toEqual({
      ...theirs,
      vsphere_uuid: "",
      annotation: "<web> & mail",
    });
  });
});

function omit(attributes: Attributes, name: string): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== name));
}

describe("our plugin in Packer", () => {
  it("takes the app's template", async () => {
    const text = await readFile(`${repositoryRoot}/apps/vsphere/template.pkr.hcl`, "utf8");
    const made = await writeTemplate(ours, text.replaceAll("github.com/packerkit/vsphere", SOURCE));
    const variables = {
      vcenter_server: "vcenter.example.com",
      password: "secret",
      ssh_password: "secret",
      datacenter: "east",
      cluster: "cluster-1",
      datastore: "datastore1",
      template: "debian-12",
    };
    const options = Object.entries(variables).map(([name, value]) => `-var=${name}=${value}`);
    const result = await made.packer("validate", options);
    expect(result.exitCode, result.all).toBe(0);
  });

  it("names what is wrong with a template, and what is left out", async () => {
    await using vcenter = await startVcsim();
    const wrong = { vcenter_server: "https://vcenter", vm_name: "a/b" };
    const leftOut = { boot_command: ["<enter>"], vTPM: true };
    const cases: [Attributes, string[]][] = [
      [wrong, ["vcenter_server: must be a name or an address", "vm_name: must have 1 to 80"]],
      [leftOut, ["boot_command: is not supported: no keys are typed", "vTPM: is not supported"]],
    ];
    for (const [attributes, words] of cases) {
      const made = await template(ours, vcenter, { ...cloneOf(vcenter), ...attributes });
      const result = await made.packer("validate");
      expect(result.exitCode).toBe(1);
      for (const word of words) expect(result.all).toContain(word);
    }
  });

  it("Ctrl-C in the middle cleans up", async () => {
    await using vcenter = await startVcsim({ delay: 50 });
    await using observer = new Observer(vcenter);
    const before = await observer.inventory();
    const made = await template(ours, vcenter, cloneOf(vcenter));
    const running: RunningCommand = made.packer("build");
    running.stdout.on("data", (chunk) => {
      if (String(chunk).includes("Cloning")) interrupt(running);
    });
    const result = await running;
    expect(result.exitCode).toBe(1);
    expect(await observer.inventory()).toEqual(before);
  });

  it("no password shows in the output or in PACKER_LOG", async () => {
    await using vcenter = await startVcsim();
    const made = await template(ours, vcenter, { ...cloneOf(vcenter), template: "nothing" });
    const result = await made.packer("build", [], { PACKER_LOG: "1" });
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain('there is no virtual machine "nothing"');
    expect(result.all).toContain("packer-plugin-vsphere");
    expect(result.all).not.toContain(vcenter.password);
  });
});
