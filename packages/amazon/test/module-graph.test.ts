import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

/** Imports modules in a process of their own; answers which packages it loaded besides ours. */
async function packagesLoadedBy(program: string): Promise<string[]> {
  const script = `
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
    ${program}
    console.log(JSON.stringify([...seen].sort()));
  `;
  const args = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: import.meta.dirname,
  });
  return JSON.parse(stdout) as string[];
}

it("importing the package loads neither the AWS SDK nor ssh2", async () => {
  const loaded = await packagesLoadedBy(`await import("../src/index.ts");`);
  expect(loaded).toContain("zod");
  expect(loaded.filter((name) => /^@aws-sdk|^@smithy|^ssh2$/.test(name))).toEqual([]);
});

it("the first call loads the AWS SDK", async () => {
  const loaded = await packagesLoadedBy(`
    const { Ec2 } = await import("../src/index.ts");
    await new Ec2({ custom_endpoint_ec2: "http://127.0.0.1:1", max_retries: 1, assume_role: undefined })
      .home()
      .catch(() => {});
  `);
  expect(loaded).toContain("@aws-sdk/client-ec2");
});
