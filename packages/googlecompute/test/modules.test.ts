import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Writes down the URL of each module that a process loads, by import or by require. */
const RECORDER = `
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.MODULES_FILE, url + "\\n");
    return next(url, context);
  },
});
`;

/** What belongs to Google's SDKs. */
const SDK = /@google-cloud|google-gax|google-auth-library|gaxios|protobufjs|grpc/;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "packerkit-gce-"));
  await writeFile(join(folder, "recorder.mjs"), RECORDER);
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a module; answers what it printed, and the modules that it loaded. */
async function evaluate(code: string): Promise<{ output: string; modules: string[] }> {
  const file = join(folder, "modules.txt");
  await rm(file, { force: true });
  const env = { ...process.env, MODULES_FILE: file };
  const flags = ["--import", join(folder, "recorder.mjs"), "--input-type=module"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, "--eval", code], {
    env,
    cwd: root,
  });
  const modules = (await readFile(file, "utf8")).trimEnd().split("\n");
  return { output: stdout, modules };
}

describe("a plugin of this package", () => {
  it("describes itself without loading any of Google's SDKs", async () => {
    const { output, modules } = await evaluate(`
      import { DEFAULT_COMPONENT, runPlugin } from "@packerkit/plugin-sdk";
      const load = async (name) => (await import("@packerkit/googlecompute"))[name];
      runPlugin(
        {
          version: "0.1.0",
          builders: { [DEFAULT_COMPONENT]: () => load("googleComputeBuilder") },
          postProcessors: {
            export: () => load("googleComputeExport"),
            import: () => load("googleComputeImport"),
          },
        },
        ["describe"],
      );`);
    expect(JSON.parse(output)).toMatchObject({
      builders: ["-packer-default-plugin-name-"],
      post_processors: ["export", "import"],
    });
    expect(modules.filter((url) => SDK.test(url))).toEqual([]);
    expect(modules.some((url) => url.endsWith("plugin-sdk/src/index.ts"))).toBe(true);
  });

  it("loads none of them for its components either, before one runs", async () => {
    const load = 'await import("@packerkit/googlecompute")';
    const { modules } = await evaluate(load);
    expect(modules.some((url) => url.endsWith("googlecompute/src/builder.ts"))).toBe(true);
    expect(modules.filter((url) => SDK.test(url))).toEqual([]);
  });

  it("loads only the clients that it calls, when one runs", async () => {
    const build = `
      import { existsSync, readFileSync } from "node:fs";
      import { ComputeClient } from "@packerkit/googlecompute";
      await ComputeClient.connect({ credentials: { kind: "token", token: "none" } });
      // Linux counts the parent's memory into the maxRSS of a new process, but not into VmHWM.
      const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
      const memory = Number(/VmHWM:\\s*(\\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
      process.stdout.write(String(memory));`;
    const { modules, output } = await evaluate(build);
    const clients = modules
      .filter((url) => url.includes("@google-cloud/compute/build/src/"))
      .map((url) => url.slice(url.lastIndexOf("/") + 1))
      .filter((name) => name.endsWith("_client.js"));
    expect(clients.toSorted()).toEqual([
      "disks_client.js",
      "global_operations_client.js",
      "images_client.js",
      "instances_client.js",
      "machine_types_client.js",
      "zone_operations_client.js",
      "zones_client.js",
    ]);
    // In kilobytes; all clients and the whole description of the API would take twice as much.
    expect(Number(output)).toBeLessThan(200_000);
  });
});
