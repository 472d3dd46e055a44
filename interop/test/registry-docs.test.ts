import { readFile } from "node:fs/promises";
import { type GoogleComputeStandIn, startGoogleCompute } from "@packerkit/cloud-sim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportedIn, type ServerOnTerminal, Stranger } from "../fixtures/registry/stranger.ts";
import { engineSettings, GOOGLECOMPUTE, oneImage } from "../fixtures/registry/templates.ts";
import { DocsPage } from "../src/docs-page.ts";
import { openPacker } from "../src/packer.ts";
import { repositoryRoot } from "../src/paths.ts";
import { bundlePluginFile, installPlugin } from "../src/plugin-file.ts";
import { POSTGRES_PROGRAMS, type PostgresServer, startPostgres } from "../src/postgres.ts";
import { type Json, signIn } from "../src/registry-api.ts";
import type { RegistryEnvironment } from "../src/registry-server.ts";
import { writeTemplate } from "../src/template.ts";

const page = await DocsPage.read("docs/registry.md");
const SERVE = page.take("sh", "packerkit-registry serve");
const VARIABLES = page.take("sh", "export HCP_API_ADDRESS");
const DOCTOR = page.take("sh", "packerkit-registry doctor");
const TEMPLATE = page.take("hcl", "hcp_packer_registry");
const PRINCIPALS = page.take("sh", "principal create");
const BACKUP = page.take("sh", "import backup.jsonl --folder");
const LEAVE_FOLDER = page.take("sh", "export --out move.jsonl");
const TO_POSTGRESQL = page.take("sh", "createdb");
const SERVE_AGAIN = page.take("sh", "packerkit-registry serve");
const IN_A_CLONE = page.inlineCommands("npx -y pnpm@12");

/** What a principal sees of a bucket. */
async function versionsOf(variables: RegistryEnvironment, bucket: string): Promise<string[]> {
  const api = await signIn(`http://${variables["HCP_API_ADDRESS"]}`, variables);
  const { versions } = await api.ok("GET", `/buckets/${bucket}/versions`);
  return versions.map((one: Json) => one.name);
}

async function publish(variables: RegistryEnvironment, bucket: string): Promise<void> {
  const api = await signIn(`http://${variables["HCP_API_ADDRESS"]}`, variables);
  await api.ok("PUT", "/buckets", { name: bucket });
  await api.ok("POST", `/buckets/${bucket}/versions`, { fingerprint: "one" });
}

describe("docs/registry.md", () => {
  let stranger: Stranger;
  let server: ServerOnTerminal;
  let admin: RegistryEnvironment;
  let postgres: PostgresServer;

  beforeAll(async () => {
    postgres = await startPostgres();
    stranger = await Stranger.arrive([POSTGRES_PROGRAMS]);
    server = await stranger.serve(SERVE);
    admin = exportedIn(server.printed);
  });
  afterAll(async () => {
    await server?.stop();
    await stranger?.leave();
    await postgres?.stop();
  });

  const certificate = () => `${stranger.home}/.local/share/packerkit-registry/certificate.pem`;

  it("shows no command but those that are run here, and names those of the repository rightly", async () => {
    expect(page.rest("sh")).toEqual([]);
    const root = JSON.parse(await readFile(`${repositoryRoot}/package.json`, "utf8"));
    const interop = JSON.parse(await readFile(`${repositoryRoot}/interop/package.json`, "utf8"));
    expect(IN_A_CLONE.toSorted()).toEqual([
      "npx -y pnpm@12 --filter @packerkit/interop run soak",
      "npx -y pnpm@12 demo --ui",
      "npx -y pnpm@12 run registry serve",
    ]);
    expect(root.scripts).toMatchObject({ demo: expect.any(String), registry: expect.any(String) });
    expect(interop).toMatchObject({
      name: "@packerkit/interop",
      scripts: { soak: expect.any(String) },
    });
  });

  it("shows the variables that the first start prints, which the doctor finds right", async () => {
    const ports = /(?<=127\.0\.0\.1:)\d+/;
    const withoutPorts = (variables: RegistryEnvironment) =>
      Object.entries(variables).map(([name, value]) =>
        /_(ID|SECRET)$/.test(name) ? [name, "…"] : [name, value.replace(ports, "…")],
      );
    expect(withoutPorts(exportedIn(VARIABLES))).toEqual(withoutPorts(admin));
    const found = await stranger.succeed(DOCTOR, admin);
    expect(found).toContain("registry answers for the organization");
    const wrong = await stranger.run(DOCTOR, { ...admin, HCP_CLIENT_SECRET: "wrong" });
    expect(wrong.exitCode, wrong.all).toBe(1);
    const { HCP_AUTH_TLS: _, ...validating } = admin;
    expect((await stranger.run(DOCTOR, validating)).exitCode).toBe(1);
    await stranger.succeed(DOCTOR, { ...validating, NODE_EXTRA_CA_CERTS: certificate() });
  });

  it("shows a template that Packer builds on a channel's image", async () => {
    await using engine = await openEngine();
    await using packer = await openPackerWithPlugin();
    const api = await signIn(`http://${admin["HCP_API_ADDRESS"]}`, admin);
    await api.ok("PUT", "/buckets", { name: "web-base" });
    await api.ok("POST", "/buckets/web-base/channels", { name: "production" });
    const { HCP_AUTH_TLS: _, ...validating } = admin;
    const build = async (text: string) => {
      const template = await writeTemplate(packer, text);
      const variables = { ...validating, SSL_CERT_FILE: certificate() };
      const result = await template.packer("build", [], variables);
      expect(result.exitCode, result.all).toBe(0);
    };
    await build(oneImage(engine, { bucket: "web-base", image: "web-1" }));
    const usual = /^ *(project_id|ssh_username) .*\n/gm;
    expect(TEMPLATE.match(usual)).toHaveLength(2);
    const inEngine = TEMPLATE.replaceAll(usual, "").replace(
      'source "googlecompute" "web" {',
      (start) => `${start}\n${engineSettings(engine)}`,
    );
    await build(inEngine);
    const { relations } = await api.ok(
      "GET",
      "/buckets/web-app/ancestry?type=ANCESTRY_TYPE_PARENTS",
    );
    expect(relations).toMatchObject([
      {
        parent: { bucket_name: "web-base", version_name: "v1", channel_name: "production" },
        child: { bucket_name: "web-app", version_name: "v1" },
        status: "UP_TO_DATE",
      },
    ]);
    const { bucket } = await api.ok("GET", "/buckets/web-app");
    expect(bucket.labels).toEqual({ team: "web" });
  });

  it("shows how principals are made, listed and revoked while the server runs", async () => {
    const lines = PRINCIPALS.trim().split("\n");
    const [create = "", createOther = "", list = "", revoke = ""] = lines;
    expect(lines).toHaveLength(4);
    const ci = exportedIn(await stranger.succeed(create));
    const other = exportedIn(await stranger.succeed(createOther));
    expect(ci["HCP_PROJECT_ID"]).toBe(admin["HCP_PROJECT_ID"]);
    expect(other["HCP_PROJECT_ID"]).not.toBe(admin["HCP_PROJECT_ID"]);
    const api = await signIn(`http://${ci["HCP_API_ADDRESS"]}`, ci);
    await api.ok("GET", "/buckets");

    const listed = (await stranger.succeed(list)).split("\n");
    const rowOf = (text: string | undefined) => listed.find((row) => row.includes(text ?? "?"));
    expect(rowOf(ci["HCP_CLIENT_ID"])).toMatch(/ci .*contributor/);
    expect(rowOf(other["HCP_CLIENT_ID"])).toContain(other["HCP_PROJECT_ID"]);
    const printed = await stranger.succeed(revoke.replace("<client id>", `${ci["HCP_CLIENT_ID"]}`));
    expect(printed).toContain(`Revoked ${ci["HCP_CLIENT_ID"]}`);
    await expect(signIn(`http://${ci["HCP_API_ADDRESS"]}`, ci)).rejects.toThrow("no token: 401");
    const refused = async () => (await api.call("GET", "/buckets")).status;
    await expect.poll(refused, { timeout: 20_000, interval: 250 }).toBe(401);
    await signIn(`http://${other["HCP_API_ADDRESS"]}`, other);
  });

  it("shows how a backup is restored, and that the same secrets go on working", async () => {
    await publish(admin, "backed-up");
    await stranger.succeed(BACKUP.replace("/new/folder", `${stranger.home}/new`));
    const restored = { XDG_DATA_HOME: `${stranger.home}/restored` };
    await stranger.succeed(
      `mkdir restored && mv new restored/packerkit-registry && packerkit-registry principal list`,
      restored,
    );
    await server.stop();
    server = await stranger.serve(SERVE, restored);
    expect(await versionsOf(admin, "backed-up")).toEqual(["v0"]);
    await server.stop();
    server = await stranger.serve(SERVE);
  });

  it("shows the way from a folder to PostgreSQL", async () => {
    await publish(admin, "moved");
    await stranger.succeed(LEAVE_FOLDER);
    await server.stop();
    const exportLine = /^export DATABASE_URL=.*$/m;
    const url = `export DATABASE_URL='${postgres.urlOf("registry")}'`;
    const move = TO_POSTGRESQL.replace(exportLine, url);
    expect(move).not.toBe(TO_POSTGRESQL);
    await stranger.succeed(move, postgres.environment);
    server = await stranger.serve(`${url}\n${SERVE_AGAIN}`);
    expect(await versionsOf(admin, "moved")).toEqual(["v0"]);
    await publish(admin, "on-postgresql");
    await server.stop();
    server = await stranger.serve(SERVE);
  });

  it("shows how a clone of the repository serves the same folder", async () => {
    await publish(admin, "of-the-clone");
    await server.stop();
    server = await stranger.serveInClone("npx -y pnpm@12 run registry serve");
    expect(await versionsOf(admin, "of-the-clone")).toEqual(["v0"]);
    const shown = await fetch(`http://${admin["HCP_API_ADDRESS"]}/`);
    expect(await shown.text()).toContain("<!doctype html>");
  });
});

async function openEngine(): Promise<GoogleComputeStandIn & AsyncDisposable> {
  const engine = await startGoogleCompute({ operationMs: 0, scriptMs: 0 });
  return Object.assign(engine, { [Symbol.asyncDispose]: () => engine.close() });
}

async function openPackerWithPlugin() {
  const packer = await openPacker();
  const plugin = await bundlePluginFile("googlecompute", "apps/googlecompute/plugin.ts");
  await installPlugin(packer, plugin.path, GOOGLECOMPUTE);
  return Object.assign(packer, {
    [Symbol.asyncDispose]: async () => {
      await plugin.remove();
      await packer.remove();
    },
  });
}
