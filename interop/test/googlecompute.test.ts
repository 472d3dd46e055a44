import { readFile } from "node:fs/promises";
import {
  type GoogleComputeOptions,
  type GoogleComputeStandIn,
  startGoogleCompute,
} from "@packerkit/cloud-sim";
import { startPlugin } from "@packerkit/plugin-protocol";
import { DEFAULT_COMPONENT } from "@packerkit/plugin-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPackerPair, type PackerPair } from "../fixtures/packer-pair.ts";
import { RecordingUi } from "../fixtures/recording-ui.ts";
import { interrupt, type RunningCommand } from "../src/command.ts";
import { type Answers, metadataOf, noteState, readNotedState } from "../src/noted-state.ts";
import type { Packer } from "../src/packer.ts";
import { type Template, writeTemplate } from "../src/template.ts";

const TOKEN = "ya29.a-token-that-must-not-show";

let packers: PackerPair;
let official: Packer;
let ours: Packer;

beforeAll(async () => {
  packers = await openPackerPair("googlecompute");
  ({ official, ours } = packers);
});
afterAll(async () => {
  await packers?.[Symbol.asyncDispose]();
});

const KEYS = [
  "par.artifact.metadata",
  "generated_data",
  "ImageName",
  "ImageSizeGb",
  "ProjectId",
  "BuildZone",
  "no.such.key",
];

/** What each plugin's components need to reach the cloud. */
const access = ({ endpoints }: GoogleComputeStandIn) => `
  access_token     = "${TOKEN}"
  custom_endpoints = { compute = "${endpoints.compute}", storage = "${endpoints.storage}" }
`;

const writeState = noteState("answers", KEYS);

/** A template that both plugins take as it is. */
async function template(
  packer: Packer,
  cloud: GoogleComputeStandIn,
  attributes: Record<string, string> = {},
  body = writeState,
): Promise<Template> {
  const all = {
    project_id: `"${cloud.project}"`,
    zone: '"us-central1-a"',
    source_image_family: '"debian-12"',
    image_name: '"web-1"',
    communicator: '"none"',
    ...attributes,
  };
  const lines = Object.entries(all).map(([attribute, value]) => `  ${attribute} = ${value}`);
  const text = `source "googlecompute" "web" {
${lines.join("\n")}${access(cloud)}}

build {
  sources = ["source.googlecompute.web"]
  ${body}
}
`;
  return await writeTemplate(packer, text);
}

const start = (options: GoogleComputeOptions = {}) =>
  startGoogleCompute({ token: TOKEN, operationMs: 0, scriptMs: 0, ...options });

/** Builds in a cloud of its own, and answers what the artifact answered and what is left in the cloud. */
async function build(
  packer: Packer,
  attributes: Record<string, string> = {},
  body?: (cloud: GoogleComputeStandIn) => string,
) {
  await using cloud = await start();
  const made = await template(packer, cloud, attributes, body?.(cloud));
  const result = await made.packer("build");
  expect(result.exitCode, result.all).toBe(0);
  const answers = await readNotedState(made.folder, "answers");
  return { answers, left: cloud.snapshot(), output: result.all };
}

/**
 * What both plugins must answer alike. The official one's generated data holds, besides its own, what its provisioners
 * were told, such as the SSH key; and no files are null there.
 */
function comparable({ files, state, ...rest }: Answers): object {
  const { generated_data: data, ...others } = state;
  const { SourceImageName } = data as Record<string, unknown>;
  return { ...rest, files: files ?? [], state: others, SourceImageName };
}

describe("the same template gives the same artifact with both plugins, in Packer", () => {
  it.each([
    ["a family", {}],
    [
      "an image by name, in projects that are named",
      {
        source_image: '"debian-12-bookworm-v20250101"',
        source_image_project_id: '["ubuntu-os-cloud", "debian-cloud"]',
      },
    ],
    [
      "an image with a family, licenses and a size of its own",
      {
        image_family: '"web"',
        image_licenses: '["projects/vm-options/global/licenses/enable-vmx"]',
        disk_size: "30",
        machine_type: '"n2-standard-2"',
        zone: '"europe-west1-b"',
      },
    ],
  ])("%s", async (_, attributes) => {
    const [theirs, own] = [await build(official, attributes), await build(ours, attributes)];
    expect(comparable(own.answers)).toEqual(comparable(theirs.answers));
    expect(metadataOf(own.answers)).toMatchObject({ ImageID: "web-1", ProviderName: "gce" });
    const shape = ({ images, instances, disks }: typeof own.left) => ({
      images: images.map(({ name, project, status }) => ({ name, project, status })),
      instances,
      disks,
    });
    expect(shape(own.left)).toEqual(shape(theirs.left));
  });

  it("but for the image's labels, which the official plugin does not tell", async () => {
    const attributes = { image_labels: '{ team = "web", app = "shop" }' };
    const { Labels: theirs } = metadataOf((await build(official, attributes)).answers);
    const { Labels: own } = metadataOf((await build(ours, attributes)).answers);
    expect(own).toEqual({ ...theirs, tags: "app:shop,team:web" });
  });

  it("exported to two paths", async () => {
    const body = (cloud: GoogleComputeStandIn) => `post-processors {
    post-processor "googlecompute-export" {
      paths               = ["gs://packerkit-bucket/a.tar.gz", "gs://packerkit-bucket/b/c.tar.gz"]
      keep_input_artifact = true
      ${access(cloud)}
    }
    ${writeState}
  }`;
    // The official plugin looks at the exporting instance every ten seconds.
    const [theirs, own] = [await build(official, {}, body), await build(ours, {}, body)];
    const { generated_data: theirData, ...theirState } = theirs.answers.state;
    const { generated_data: ownData, ...ownState } = own.answers.state;
    expect({ ...own.answers, state: ownState }).toEqual({ ...theirs.answers, state: theirState });
    expect(theirData).toBeNull();
    expect(ownData).toEqual({ SourceImageName: "debian-12-bookworm-v20260609" });
    expect(own.left.objects.map(({ name }) => name)).toEqual(
      theirs.left.objects.map(({ name }) => name),
    );
    expect([...own.left.instances, ...own.left.disks]).toEqual([]);
  });
});

describe("our plugin in Packer", () => {
  it("imports an archive of artifice", async () => {
    await using cloud = await start();
    const text = `source "null" "archive" { communicator = "none" }

build {
  sources = ["source.null.archive"]
  post-processors {
    post-processor "artifice" { files = ["disk.tar.gz"] }
    post-processor "googlecompute-import" {
      project_id   = "${cloud.project}"
      bucket       = "packerkit-bucket"
      image_name   = "web-1"
      image_labels = { team = "web" }
      ${access(cloud)}
    }
    ${writeState}
  }
}
`;
    const made = await writeTemplate(ours, text, { "disk.tar.gz": "a disk" });
    const result = await made.packer("build");
    expect(result.exitCode, result.all).toBe(0);
    const answers = await readNotedState(made.folder, "answers");
    expect(answers.state["par.artifact.metadata"]).toMatchObject({
      ImageID: `https://www.googleapis.com/compute/v1/projects/${cloud.project}/global/images/web-1`,
      ProviderName: "gce",
      ProviderRegion: cloud.project,
    });
    expect(cloud.snapshot()).toMatchObject({ images: [{ name: "web-1" }], objects: [] });
  });

  it("names what is wrong with a template, and what is left out", async () => {
    await using cloud = await start();
    const made = await template(ours, cloud, {
      zone: '"nowhere"',
      image_name: '"No_Good"',
      use_os_login: "true",
    });
    const result = await made.packer("validate");
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("zone: is no zone; write for instance us-central1-a");
    expect(result.all).toContain("image_name: must be 1 to 63 lower-case letters");
    expect(result.all).toContain("use_os_login: OS Login is not supported");
    expect(cloud.requests).toEqual([]);
  });

  it("Ctrl-C in the middle cleans up", async () => {
    await using cloud = await start({ operationMs: 300 });
    const made = await template(ours, cloud);
    const running: RunningCommand = made.packer("build");
    running.stdout.on("data", (chunk) => {
      if (String(chunk).includes("Creating the image")) interrupt(running);
    });
    const result = await running;
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("Deleting the image web-1");
    expect(cloud.snapshot()).toEqual({ images: [], instances: [], disks: [], objects: [] });
  });

  it("no token shows in the output or in PACKER_LOG", async () => {
    await using cloud = await start();
    cloud.faults.inject({
      kind: "error",
      operation: "images.insert",
      message: `not with ${TOKEN}`,
    });
    const made = await template(ours, cloud);
    const result = await made.packer("build", [], { PACKER_LOG: "1" });
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("packer-plugin-googlecompute");
    expect(result.all).not.toContain(TOKEN);
  });
});

describe("speed and memory", () => {
  const ROUNDS = 5;

  it("of a build on a cloud that waits for nothing are printed beside the official plugin's", async () => {
    const total = { official: 0, ours: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, packer] of Object.entries({ official, ours }) as ["ours", Packer][]) {
        await using cloud = await start();
        const made = await template(packer, cloud, {}, "");
        const began = performance.now();
        const result = await made.packer("build");
        total[name] += performance.now() - began;
        expect(result.exitCode, result.all).toBe(0);
      }
    }
    const [our, their] = [total.ours / ROUNDS, total.official / ROUNDS];
    console.log(
      `googlecompute, packer build, mean ms of ${ROUNDS}: ${our.toFixed(0)} : ${their.toFixed(0)} = ${(our / their).toFixed(2)}`,
    );
  });

  it("of our plugin at its peak are printed", async () => {
    // The first start of a version also fills Node's compile cache.
    const peaks = [await peakOfBuild(), await peakOfBuild()];
    const [first, second] = peaks.map((peak) => peak.toFixed(0));
    console.log(`googlecompute, MB at the peak of a build: first ${first}, then ${second}`);
    expect(peaks[1]).toBeGreaterThan(0);
  });
});

/** The most memory that our plugin's process held at a time, in megabytes, from its start to the end of a build. */
async function peakOfBuild(): Promise<number> {
  await using cloud = await start();
  const file = packers.ourFile;
  const environment = { XDG_CACHE_HOME: ours.temporaryFolder };
  const started = await startPlugin({
    file,
    kind: "builder",
    name: DEFAULT_COMPONENT,
    environment,
  });
  try {
    const settings = {
      access_token: TOKEN,
      custom_endpoints: cloud.endpoints,
      project_id: cloud.project,
      zone: "us-central1-a",
      source_image_family: "debian-12",
      image_name: "web-1",
      communicator: "none",
    };
    await started.component.prepare([{ kind: "plain", value: settings }]);
    const hook = { run: async () => {} };
    const { signal } = new AbortController();
    const artifact = await started.component.run(new RecordingUi(), hook, { signal });
    expect(await artifact?.id()).toBe("web-1");
    const status = await readFile(`/proc/${started.pid}/status`, "utf8");
    return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
  } finally {
    await started.close();
  }
}
