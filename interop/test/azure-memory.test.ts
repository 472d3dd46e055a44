import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AzureStandIn, startAzure } from "@packerkit/cloud-sim";
import { startPlugin } from "@packerkit/plugin-protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RecordingUi } from "../fixtures/recording-ui.ts";
import { bundlePluginFile, type PluginFile } from "../src/plugin-file.ts";

/** How much memory our plugin's process may hold, in megabytes. */
const MEMORY_BOUND = 200;

const VHD = {
  storage_account: "packerkitstore",
  resource_group_name: "packerkit-images",
  capture_container_name: "images",
};

let plugin: PluginFile;
let cloud: AzureStandIn;
const certificate = join(tmpdir(), `packerkit-azure-${process.pid}.pem`);

beforeAll(async () => {
  plugin = await bundlePluginFile("azure", "apps/azure/plugin.ts");
  cloud = await startAzure();
  await writeFile(certificate, cloud.certificate);
});
afterAll(async () => {
  await plugin?.remove();
  await cloud?.close();
  await rm(certificate, { force: true });
});

describe("a build of a managed image, and of VHDs beside it", () => {
  it(`takes less than ${MEMORY_BOUND} MB in our plugin's process`, async () => {
    // The first start of a version also fills Node's compile cache.
    const peaks = [await peakOfBuild("web-1"), await peakOfBuild("web-2")];
    const withVhds = await peakOfBuild("web-3", VHD);
    const [first, second, third] = [...peaks, withVhds].map((peak) => peak.toFixed(0));
    console.log(
      `azure, MB at the peak of a build: first ${first}, then ${second}; with VHDs ${third}`,
    );
    for (const peak of [...peaks, withVhds]) expect(peak).toBeLessThan(MEMORY_BOUND);
  });
});

/** The most memory that our plugin's process held at a time, in megabytes, from its start to the end of a build. */
async function peakOfBuild(name: string, more: object = {}): Promise<number> {
  const started = await startPlugin({
    file: plugin.path,
    kind: "builder",
    name: "arm",
    environment: { NODE_EXTRA_CA_CERTS: certificate },
  });
  try {
    const settings = {
      metadata_host: cloud.host,
      subscription_id: cloud.subscriptionId,
      tenant_id: cloud.tenantId,
      client_id: cloud.clientId,
      client_secret: cloud.clientSecret,
      location: "westeurope",
      os_type: "Linux",
      image_publisher: "Canonical",
      image_offer: "ubuntu-24_04-lts",
      image_sku: "server",
      managed_image_name: name,
      managed_image_resource_group_name: "packerkit-images",
      communicator: "none",
      ...more,
    };
    await started.component.prepare([{ kind: "plain", value: settings }]);
    const { signal } = new AbortController();
    const hook = { run: async () => {} };
    const artifact = await started.component.run(new RecordingUi(), hook, { signal });
    expect(await artifact?.id()).toMatch(new RegExp(`/images/${name}$`));
    const status = await readFile(`/proc/${started.pid}/status`, "utf8");
    return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
  } finally {
    await started.close();
  }
}
