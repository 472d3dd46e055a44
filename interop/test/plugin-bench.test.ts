import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildGoPeer } from "../src/go-peer.ts";
import { measurePlugins, type PluginMeasurements } from "../src/measure-plugin.ts";
import { bundlePluginFile, type PluginFile } from "../src/plugin-file.ts";

const rows: Record<keyof PluginMeasurements, { title: string; digits: number }> = {
  describeMilliseconds: { title: "`describe`, ms", digits: 1 },
  describePeakMegabytes: { title: "`describe`, MB at the peak", digits: 1 },
  firstReplyMilliseconds: { title: "start to first reply, ms", digits: 1 },
  firstReplyPeakMegabytes: { title: "start to first reply, MB at the peak", digits: 1 },
  stateCallsPerSecond: { title: "`Artifact.State`, calls a second", digits: 0 },
  uploadMegabytesPerSecond: { title: "upload, MB a second", digits: 0 },
  downloadMegabytesPerSecond: { title: "download, MB a second", digits: 0 },
};

describe("a plugin of ours against the same plugin of the Go SDK", () => {
  let plugin: PluginFile;
  let goPlugin = "";
  beforeAll(async () => {
    plugin = await bundlePluginFile("twin", "interop/fixtures/twin/plugin.ts");
    goPlugin = await buildGoPeer("sdk-plugin");
    await buildGoPeer("sdk-client");
  });
  afterAll(() => plugin?.remove());

  it("is measured in one run with it, and the ratios are printed", async () => {
    const [ours, go] = await measurePlugins([plugin.path, goPlugin], 2);
    if (ours === undefined || go === undefined) throw new Error("nothing was measured");
    console.log(ratioTable(ours, go));
    for (const measured of [ours, go]) {
      expect(Object.keys(measured).toSorted()).toEqual(Object.keys(rows).toSorted());
      for (const value of Object.values(measured)) expect(value).toBeGreaterThan(0);
    }
  });
});

/** One line a case: both sides, and ours divided by Go's. */
function ratioTable(ours: PluginMeasurements, go: PluginMeasurements): string {
  const names = Object.keys(rows) as (keyof PluginMeasurements)[];
  const lines = names.map((name) => {
    const { title, digits } = rows[name];
    const [our, their] = [ours[name], go[name]].map((value) => value.toFixed(digits).padStart(7));
    return `${title.padEnd(36)} ${our} : ${their} = ${(ours[name] / go[name]).toFixed(2)}`;
  });
  return lines.join("\n");
}
