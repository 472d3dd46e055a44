import { readFile } from "node:fs/promises";
import { startPlugin } from "@packerkit/plugin-protocol";
import type { TestVCenter } from "@packerkit/vsphere/test/contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RecordingUi } from "../fixtures/recording-ui.ts";
import { buildGoPeer } from "../src/go-peer.ts";
import { openPacker, type Packer } from "../src/packer.ts";
import { bundlePluginFile, installPlugin, type PluginFile } from "../src/plugin-file.ts";
import { writeTemplate } from "../src/template.ts";
import { startVcsim } from "./vsphere/vcsim.ts";

const SOURCE = "github.com/hashicorp/vsphere";

let official: Packer;
let ours: Packer;
let plugin: PluginFile;

beforeAll(async () => {
  plugin = await bundlePluginFile("vsphere", "apps/vsphere/plugin.ts");
  official = await openPacker();
  ours = await openPacker();
  await installPlugin(official, await buildGoPeer("plugin-vsphere"), SOURCE);
  await installPlugin(ours, plugin.path, SOURCE);
});
afterAll(async () => {
  await official?.remove();
  await ours?.remove();
  await plugin?.remove();
});

/** A clone that becomes a template. */
const settings = (vcenter: TestVCenter) => ({
  vcenter_server: vcenter.server,
  username: vcenter.username,
  password: vcenter.password,
  insecure_connection: true,
  datacenter: vcenter.datacenter,
  template: [vcenter.templateFolder, vcenter.template].filter(Boolean).join("/"),
  host: vcenter.host,
  datastore: vcenter.datastore,
  vm_name: "web-1",
  CPUs: 2,
  communicator: "none",
  convert_to_template: true,
});

/** Builds in Packer; answers how many milliseconds the whole command took. */
async function timeOfBuild(packer: Packer, vcenter: TestVCenter): Promise<number> {
  const lines = Object.entries(settings(vcenter)).map(
    ([name, value]) => `  ${name} = ${JSON.stringify(value)}`,
  );
  const text = `source "vsphere-clone" "web" {
${lines.join("\n")}
}

build {
  sources = ["source.vsphere-clone.web"]
}
`;
  const made = await writeTemplate(packer, text);
  const began = performance.now();
  const result = await made.packer("build");
  const time = performance.now() - began;
  expect(result.exitCode, result.all).toBe(0);
  return time;
}

const ROUNDS = 5;

it.each([0, 10])(
  "a clone in Packer beside the official plugin, each call taking %i ms",
  async (delay) => {
    const times = { official: [] as number[], ours: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, packer] of Object.entries({ official, ours }) as ["ours", Packer][]) {
        await using vcenter = await startVcsim({ delay });
        const time = await timeOfBuild(packer, vcenter);
        // The first start of a version also fills Node's compile cache.
        if (round > 0) times[name].push(time);
      }
    }
    const [our, their] = [median(times.ours), median(times.official)];
    console.log(
      `vsphere, packer build, ms, median of ${ROUNDS}, each call taking ${delay} ms: ${our.toFixed(0)} : ${their.toFixed(0)} = ${(our / their).toFixed(2)}`,
    );
  },
);

function median(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? 0;
}

it("the memory of our plugin at its peak is printed", async () => {
  // The first start of a version also fills Node's compile cache.
  const peaks = [await peakOfBuild(), await peakOfBuild()];
  const [first, second] = peaks.map((peak) => peak.toFixed(0));
  console.log(`vsphere, MB at the peak of a build: first ${first}, then ${second}`);
  expect(peaks[1]).toBeLessThan(120);
});

/** The most memory that our plugin's process held at a time, in megabytes, from its start to the end of a build. */
async function peakOfBuild(): Promise<number> {
  await using vcenter = await startVcsim();
  const environment = { XDG_CACHE_HOME: ours.temporaryFolder };
  const { path: file } = plugin;
  const started = await startPlugin({ file, kind: "builder", name: "clone", environment });
  try {
    await started.component.prepare([{ kind: "plain", value: settings(vcenter) }]);
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
