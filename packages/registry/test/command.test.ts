import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { fromArtifact, withProvider } from "@packerkit/registry-image";
import { describe, expect, it, onTestFinished } from "vitest";
import { run } from "../src/command/program.ts";
import { countRows, PROGRESS_INTERVAL } from "../src/command/progress.ts";
import { linesOf } from "../src/command/read-lines.ts";
import { RegistryClient } from "../src/index.ts";
import { newFolder, newStoreFolder } from "./support/shared-store.ts";

type Environment = Record<string, string>;

/** Runs a command in this process, as a terminal would. */
async function command(args: string[], environment: Environment = {}, input = "") {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const output = Promise.all([text(stdout), text(stderr)]);
  const code = await run(args, { stdin, stdout, stderr, environment }, async () => undefined);
  stdout.end();
  stderr.end();
  const [out, err] = await output;
  return { code, out, err };
}

interface Server {
  process: ChildProcess;
  url: string;
  isFirstStart: boolean;
  environment: Environment;
}

/** Runs `serve` in a process of its own, which is killed after the test where it is still there. */
async function serve(folder: string, ...args: string[]): Promise<Server> {
  const bin = join(import.meta.dirname, "../src/command/bin.ts");
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(
    process.execPath,
    [bin, "serve", "--folder", folder, "--port", "0", "--tls-port", "0", "--json", ...args],
    { stdio: ["ignore", "pipe", "inherit"], env: { PATH, NODE_COMPILE_CACHE } },
  );
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const [line] = await once(child.stdout, "data");
  return { process: child, ...JSON.parse(String(line)) };
}

function artifact(id: string) {
  const image = fromArtifact({ builderId: () => "test", id: () => id }, withProvider("test"));
  return { state: () => image };
}

const clientOf = (environment: Environment) => {
  const client = RegistryClient.fromEnvironment(environment);
  onTestFinished(async () => await client.close());
  return client;
};

// Servers in processes of their own take their time where the machine is busy.
describe("serve", { timeout: 60_000 }, () => {
  it("gives what signs a client in on its first start, and administers while it runs", async () => {
    const folder = await newStoreFolder();
    const first = await serve(folder);
    expect(first.isFirstStart).toBe(true);
    expect(first.environment).toMatchObject({
      HCP_API_ADDRESS: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      HCP_API_TLS: "disabled",
      HCP_AUTH_URL: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      HCP_AUTH_TLS: "insecure",
    });
    expect((await stat(join(folder, "key.pem"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "control.json"))).mode & 0o777).toBe(0o600);

    const created = await command([
      ...["principal", "create", "--name", "ci", "--project", "team"],
      ...["--folder", folder, "--json"],
    ]);
    const { environment: ci, clientId } = JSON.parse(created.out);
    expect(ci).toMatchObject({ HCP_AUTH_URL: first.environment["HCP_AUTH_URL"] });
    expect(await clientOf(ci).tenant()).toMatchObject({ projectId: ci.HCP_PROJECT_ID });
    expect(ci.HCP_PROJECT_ID).not.toBe(first.environment["HCP_PROJECT_ID"]);

    const listed = await command(["principal", "list", "--folder", folder]);
    expect(listed.out).toContain("first-admin");
    expect(listed.out).toContain(clientId);
    expect(listed.out).not.toContain(ci.HCP_CLIENT_SECRET);
    expect(await command(["principal", "revoke", clientId, "--folder", folder])).toMatchObject({
      code: 0,
      out: `Revoked ${clientId}.\n`,
    });
    expect(await command(["principal", "revoke", clientId, "--folder", folder])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^packerkit-registry: no principal .* is left to revoke/),
    });

    const doctor = await command(["doctor"], first.environment);
    expect(doctor).toMatchObject({ code: 0, err: "" });
    expect(doctor.out).toContain("registry answers for the organization");
    const mistrusted = await command(["doctor"], without(first.environment, "HCP_AUTH_TLS"));
    expect(mistrusted.code).toBe(1);
    expect(mistrusted.out).toContain("set HCP_AUTH_TLS=insecure, or SSL_CERT_FILE");
    const crossed = await command(["doctor"], without(first.environment, "HCP_API_TLS"));
    expect(crossed.out).toContain("one side speaks HTTPS, the other HTTP");
    const stranger = { ...first.environment, HCP_CLIENT_SECRET: "wrong" };
    expect((await command(["doctor"], stranger)).out).toContain("paste the variables");
  });

  it("keeps what it acknowledged when it is killed, and is backed up while it runs", async () => {
    const folder = await newStoreFolder();
    const first = await serve(folder);
    const options = { bucket: "killed", componentType: "test.a", fingerprint: "fp" };
    await clientOf(first.environment).publish(artifact("img"), options);
    first.process.kill("SIGKILL");
    await once(first.process, "exit");
    const second = await serve(folder);
    expect(second.isFirstStart).toBe(false);
    const { HCP_API_ADDRESS, HCP_AUTH_URL } = second.environment;
    const moved = { ...first.environment, HCP_API_ADDRESS, HCP_AUTH_URL } as Environment;
    expect(
      await clientOf(moved).findArtifact({
        bucket: "killed",
        channel: "latest",
        platform: "test",
        region: "",
      }),
    ).toMatchObject({ externalIdentifier: "img", versionName: "v1" });

    const backup = join(await newFolder(), "backup.jsonl");
    const written = await command(["export", "--folder", folder, "--out", backup]);
    const rows = (await readFile(backup, "utf8")).trim().split("\n").length - 2;
    expect(written).toEqual({ code: 0, out: `Wrote ${rows} rows to ${backup}.\n`, err: "" });
    expect((await stat(backup)).mode & 0o777).toBe(0o600);
    second.process.kill("SIGTERM");
    expect(await once(second.process, "exit")).toEqual([0, null]);

    const restored = await newStoreFolder();
    const imported = await command(["import", backup, "--folder", restored, "--json"]);
    expect(JSON.parse(imported.out)).toEqual({ rows });
    const exported = await command(["export", "--folder", restored]);
    expect(exported.out.trim().split("\n")).toHaveLength(rows + 2);
  });

  it("says in one line that its port is taken, or that its options will not do", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      taken.close();
    });
    const { port } = taken.address() as { port: number };
    const folder = await newStoreFolder();
    const failure = async (...args: string[]) => {
      const { code, err } = await command(["serve", "--folder", folder, ...args]);
      expect(code).toBe(1);
      return err;
    };
    expect(await failure("--port", String(port))).toBe(
      `packerkit-registry: port ${port} of 127.0.0.1 is in use: stop what listens there, or choose another with --port or --tls-port\n`,
    );
    expect(await failure("--port", "many")).toContain("Use a number from 0 to 65535");
    expect(await failure("--tls-key", "key.pem")).toContain("belong together");
    expect(await failure("--tls-key", "a", "--tls-certificate", "b")).toContain("cannot read");
    expect(await failure("--public-url", "nowhere")).toContain("is no address");
    expect(await failure("--host", "192.0.2.1", "--port", "0")).toContain("192.0.2.1");
  });
});

describe("export", () => {
  it("leaves no part of a backup behind where it fails", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "data"), "no store");
    const file = join(await newFolder(), "backup.jsonl");
    const { code, err } = await command(["export", "--folder", folder, "--out", file]);
    expect(code).toBe(1);
    expect(err).toMatch(/^packerkit-registry: .+\n$/);
    await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a new file", () => {
  it("is removed where the process is told to end before it is whole", async () => {
    const file = join(await newFolder(), "backup.jsonl");
    const writer = `
      const { writeNewFile } = await import(${JSON.stringify(join(import.meta.dirname, "../src/command/new-file.ts"))});
      await writeNewFile(${JSON.stringify(file)}, async (file) => {
        await file.appendFile("a part");
        console.log("writing");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", writer], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
    await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("import", () => {
  it("reads its input where it is given no file, and refuses what is no backup", async () => {
    const folder = await newStoreFolder();
    const answer = await command(["import", "--folder", folder], {}, "nonsense\n");
    expect(answer).toMatchObject({ code: 1, err: expect.stringContaining("line 1") });
    const missing = await command(["import", "/nowhere/backup.jsonl", "--folder", folder]);
    expect(missing).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^packerkit-registry: cannot read \/nowhere\/backup.jsonl: /),
    });
    const file = join(await newFolder(), "there");
    await writeFile(file, "");
    const out = await command(["export", "--folder", folder, "--out", file]);
    expect(out).toMatchObject({ code: 1, err: expect.stringContaining("not there yet") });
  });
});

describe("the progress of a long command", () => {
  const screen = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY });

  it("is one line of a terminal, which is gone at the end", async () => {
    const terminal = screen(true);
    const progress = countRows(terminal, "Restored");
    progress.add(1);
    await new Promise((resolve) => setTimeout(resolve, PROGRESS_INTERVAL + 20));
    progress.add(1_233_999);
    progress.end();
    terminal.end();
    expect(await text(terminal)).toBe("\r\u001b[KRestored 1,234,000 rows\r\u001b[K");
  });

  it("is not written where nobody looks, or where it takes no time", async () => {
    for (const terminal of [screen(false), screen(true)]) {
      const progress = countRows(terminal, "Restored");
      progress.add(5);
      progress.end();
      terminal.end();
      expect(await text(terminal)).toBe("");
      expect(progress.rows).toBe(5);
    }
  });
});

describe("the lines of a backup", () => {
  it("are all there for a store that takes its time before it asks for them", async () => {
    const input = new PassThrough();
    const lines = linesOf(input);
    input.end("first\nsecond\n");
    await new Promise((resolve) => setImmediate(resolve));
    const read: string[] = [];
    for await (const line of lines) read.push(line);
    expect(read).toEqual(["first", "second"]);
  });
});

describe("doctor", () => {
  const GOOD = {
    HCP_CLIENT_ID: "id",
    HCP_CLIENT_SECRET: "secret",
    HCP_API_ADDRESS: "127.0.0.1:1",
    HCP_API_TLS: "disabled",
    HCP_AUTH_URL: "https://127.0.0.1:1",
  };
  const findings = async (environment: Environment) => {
    const { code, out } = await command(["doctor", "--json"], environment);
    return { code, found: JSON.parse(out) as { subject: string; state: string; cure: string }[] };
  };

  it.each([
    [{ HCP_CLIENT_SECRET: "" }, "HCP_CLIENT_SECRET", "bad"],
    [{ HCP_CLIENT_ID: "", HCP_CLIENT_SECRET: "" }, "HCP_CLIENT_ID, HCP_CLIENT_SECRET", "bad"],
    [{ HCP_API_ADDRESS: "http://127.0.0.1:8080/" }, "HCP_API_ADDRESS", "bad"],
    [{ HCP_API_ADDRESS: "registry" }, "HCP_API_ADDRESS", "bad"],
    [{ HCP_API_HOST: "https://old/path" }, "HCP_API_HOST", "bad"],
    [{ HCP_API_TLS: "off" }, "HCP_API_TLS", "bad"],
    [{ HCP_AUTH_TLS: "disabled" }, "HCP_AUTH_TLS", "bad"],
    [{ HCP_AUTH_URL: "http://127.0.0.1:8080" }, "HCP_AUTH_URL", "bad"],
    [{ HCP_PROJECT_ID: "x" }, "HCP_ORGANIZATION_ID", "bad"],
    [
      { HCP_PROJECT_ID: "x", HCP_ORGANIZATION_ID: "y" },
      "HCP_ORGANIZATION_ID, HCP_PROJECT_ID",
      "bad",
    ],
    [{ HCP_PACKER_BUCKET_NAME: "a b" }, "HCP_PACKER_BUCKET_NAME", "bad"],
    [{ HCP_PACKER_REGISTRY: "OFF" }, "HCP_PACKER_REGISTRY", "warning"],
    [{ HCP_PACKER_BUILD_FINGERPRINT: "fp" }, "HCP_PACKER_BUILD_FINGERPRINT", "warning"],
    [{ HCP_CRED_FILE: "/file" }, "HCP_CRED_FILE", "warning"],
  ])("sees %j", async (change, subject, state) => {
    const { code, found } = await findings({ ...GOOD, ...change } as Environment);
    const finding = found.find((one) => one.subject === subject);
    expect(finding).toMatchObject({ state, cure: expect.stringMatching(/\w/) });
    expect(code).toBe(1);
  });

  it("asks for a server where there is none", async () => {
    const { code, found } = await findings(GOOD);
    expect(code).toBe(1);
    expect(found.at(-1)).toMatchObject({
      subject: "token",
      state: "bad",
      cure: "start the server, or mend HCP_AUTH_URL",
    });
  });
});

describe("the command", () => {
  it("explains itself", async () => {
    const { code, out } = await command(["--help"]);
    expect(code).toBe(0);
    for (const name of ["serve", "principal", "export", "import", "doctor"]) {
      expect(out).toContain(name);
    }
    expect(await command(["unknown"])).toMatchObject({ code: 1 });
  });

  it("says its version", async () => {
    const { version } = JSON.parse(
      await readFile(join(import.meta.dirname, "../package.json"), "utf8"),
    );
    expect(await command(["--version"])).toMatchObject({ code: 0, out: `${version}\n` });
  });

  it.each([["serve"], ["principal", "create"], ["export"], ["import"]])(
    "says where %s looks for the store",
    async (...names) => {
      const { out } = await command([...names, "--help"]);
      expect(out.replace(/\s+/g, " ")).toContain(
        "without it DATABASE_URL, or ~/.local/share/packerkit-registry",
      );
    },
  );
});

function without(environment: Environment, name: string): Environment {
  const { [name]: _, ...rest } = environment;
  return rest;
}
