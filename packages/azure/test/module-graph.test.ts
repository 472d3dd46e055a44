import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** What belongs to Azure's SDK. */
const SDK = /^@azure|^@azure-rest|^@typespec|^ssh2$/;

/** Runs a module in a process of its own; answers which packages it loaded besides ours, and what it printed. */
async function run(program: string): Promise<{ packages: string[]; memory: number }> {
  const script = `
    import { existsSync, readFileSync } from "node:fs";
    import { registerHooks } from "node:module";
    const seen = new Set();
    registerHooks({
      resolve(specifier, context, next) {
        const resolved = next(specifier, context);
        const found = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(resolved.url);
        if (found !== null) seen.add(found[1]);
        return resolved;
      },
    });
    process.once("exit", () => {
      // Linux counts the parent's memory into the maxRSS of a new process, but not into VmHWM.
      const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
      const memory = Number(/VmHWM:\\s*(\\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
      console.log("\\n" + JSON.stringify({ packages: [...seen].sort(), memory }));
    });
    ${program}
  `;
  const args = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: import.meta.dirname,
  });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

it("a plugin of this package describes itself without loading Azure's SDK", async () => {
  const { packages } = await run(`
    const { runPlugin } = await import("@packerkit/plugin-sdk");
    const arm = async () => (await import("../src/index.ts")).armBuilder;
    await runPlugin({ version: "0.1.0", builders: { arm } }, ["describe"]);
  `);
  expect(packages.filter((name) => SDK.test(name))).toEqual([]);
});

it("importing the package loads neither Azure's SDK nor ssh2", async () => {
  const { packages } = await run(`await import("../src/index.ts");`);
  expect(packages).toContain("zod");
  expect(packages.filter((name) => SDK.test(name))).toEqual([]);
});

it("connecting loads what is called, not the SDKs of networks and of blobs", async () => {
  const { memory, packages } = await run(`
    const { AzureClient } = await import("../src/index.ts");
    await AzureClient.connect({
      environment: { resourceManager: "https://a", authority: "https://b", audience: "https://a" },
      credentials: { kind: "secret", tenant: "t", client: "c", secret: "s" },
      subscription: "s",
    });
  `);
  const sdk = packages.filter((name) => SDK.test(name));
  expect(sdk).toEqual(expect.arrayContaining(["@azure/arm-compute", "@azure/identity"]));
  expect(sdk.filter((name) => /network|storage/.test(name))).toEqual([]);
  // In kilobytes.
  expect(memory).toBeLessThan(200_000);
});
