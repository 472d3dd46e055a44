import {
  type GoogleComputeStandIn,
  type HappyCloudStandIn,
  startGoogleCompute,
  startHappyCloud,
} from "@packerkit/cloud-sim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STORE_KINDS, TestStores } from "../fixtures/registry/stores.ts";
import {
  GOOGLECOMPUTE,
  HAPPY_CLOUD,
  oneImage,
  twoRegions,
} from "../fixtures/registry/templates.ts";
import { type CommandResult, interrupt, type RunningCommand } from "../src/command.ts";
import { openPacker, type Packer } from "../src/packer.ts";
import { bundlePluginFile, installPlugin, type PluginFile } from "../src/plugin-file.ts";
import { type Json, type RegistryApi, signIn } from "../src/registry-api.ts";
import {
  createPrincipal,
  type RegistryEnvironment,
  type RegistryServer,
  startRegistryServer,
} from "../src/registry-server.ts";
import { writeTemplate } from "../src/template.ts";

let packer: Packer;
let cloud: HappyCloudStandIn;
let engine: GoogleComputeStandIn;
const plugins: PluginFile[] = [];
const stores = new TestStores();

beforeAll(async () => {
  packer = await openPacker();
  for (const [name, source] of [
    ["happy-cloud", HAPPY_CLOUD],
    ["googlecompute", GOOGLECOMPUTE],
  ] as const) {
    const plugin = await bundlePluginFile(name, `apps/${name}/plugin.ts`);
    plugins.push(plugin);
    await installPlugin(packer, plugin.path, source);
  }
  cloud = await startHappyCloud({ transitionMs: 1 });
  engine = await startGoogleCompute({ operationMs: 0, scriptMs: 0 });
});
afterAll(async () => {
  await cloud?.close();
  await engine?.close();
  for (const plugin of plugins) await plugin.remove();
  await packer?.remove();
  await stores.remove();
});

/** Runs `packer build` on a template, with the variables that lead it to a registry. */
async function build(
  text: string,
  environment: RegistryEnvironment,
  fingerprint: string,
  whileRunning: (running: RunningCommand) => void = () => {},
): Promise<CommandResult> {
  const template = await writeTemplate(packer, text);
  const variables = { ...environment, HCP_PACKER_BUILD_FINGERPRINT: fingerprint };
  const running = template.packer("build", [], variables);
  whileRunning(running);
  return await running;
}

/** Presses Ctrl-C once the build says something. */
function interruptAt(text: string): (running: RunningCommand) => void {
  return (running) => {
    let isInterrupted = false;
    running.stdout.on("data", (chunk) => {
      if (isInterrupted || !String(chunk).includes(text)) return;
      isInterrupted = true;
      interrupt(running);
    });
  };
}

async function succeed(text: string, environment: RegistryEnvironment, fingerprint: string) {
  const result = await build(text, environment, fingerprint);
  expect(result.exitCode, result.all).toBe(0);
  return result.all;
}

/** A bucket that is there before Packer comes, with the channel that its templates name. */
async function makeBucket(api: RegistryApi, name: string): Promise<void> {
  await api.ok("PUT", "/buckets", { name });
  await api.ok("POST", `/buckets/${name}/channels`, { name: "production" });
}

const versionAt = async (api: RegistryApi, bucket: string, fingerprint: string): Promise<Json> =>
  (await api.ok("GET", `/buckets/${bucket}/versions/${fingerprint}`)).version;

/** The status of each build of a version, by its component. */
const statuses = (version: Json) =>
  Object.fromEntries(
    version.builds.map((one: Json) => [one.component_type, one.status.replace("BUILD_", "")]),
  );

const FAIL_IN_WEST = `provisioner "shell" {
    only   = ["happy-cloud.west"]
    inline = ["exit 3"]
  }`;

describe.each(STORE_KINDS)("Packer on a registry with %s", (kind) => {
  let server: RegistryServer;
  let environment: RegistryEnvironment;
  let api: RegistryApi;
  let admin: RegistryApi;

  beforeAll(async () => {
    const store = await stores.create(kind);
    server = await startRegistryServer(store);
    environment = await createPrincipal(store, server, { role: "contributor" });
    api = await signIn(server.url, environment);
    admin = await signIn(server.url, server.environment);
  });
  afterAll(() => server?.stop());

  it("publishes a version with labels, and points a channel at it", async () => {
    await makeBucket(api, "web");
    const output = await succeed(
      twoRegions(cloud, { bucket: "web", image: `web-${kind.toLowerCase()}` }),
      environment,
      "first",
    );
    expect(output).toContain("Assigning version `first` to channel `production`");
    const { bucket } = await api.ok("GET", "/buckets/web");
    expect(bucket).toMatchObject({
      description: "What the web runs on.",
      labels: { os: "happy-linux" },
      latest_version: { name: "v1" },
    });
    const version = await versionAt(api, "web", "first");
    expect(version).toMatchObject({ name: "v1", status: "VERSION_ACTIVE", template_type: "HCL2" });
    expect(version.builds).toHaveLength(2);
    for (const one of version.builds) {
      expect(one).toMatchObject({
        status: "BUILD_DONE",
        platform: "happy-cloud",
        labels: { "built-by": "packer", team: "web" },
        source_external_identifier: expect.stringMatching(/^img-/),
        metadata: { packer: { version: "1.16.0" } },
      });
    }
    const regions = version.builds.map((one: Json) => one.artifacts[0].region);
    expect(regions.toSorted()).toEqual(["Sunny East", "Sunny West"]);
    const { channel } = await api.ok("GET", "/buckets/web/channels/production");
    expect(channel.version).toMatchObject({ name: "v1", fingerprint: "first" });
  });

  it("resumes an incomplete version by its fingerprint, and builds only what is missing", async () => {
    const names = { bucket: "resumed", image: `resumed-${kind.toLowerCase()}` };
    const failed = await build(
      twoRegions(cloud, { ...names, provisioner: FAIL_IN_WEST }),
      environment,
      "again",
    );
    expect(failed.exitCode).toBe(1);
    const begun = await versionAt(api, "resumed", "again");
    expect(begun).toMatchObject({ name: "v0", status: "VERSION_FAILED" });
    expect(statuses(begun)).toEqual({ "happy-cloud.east": "DONE", "happy-cloud.west": "FAILED" });

    const output = await succeed(twoRegions(cloud, names), environment, "again");
    expect(output).toContain("happy-cloud.east");
    const done = await versionAt(api, "resumed", "again");
    expect(done).toMatchObject({ name: "v1", id: begun.id });
    const ofEast = (version: Json) =>
      version.builds.find((one: Json) => one.component_type === "happy-cloud.east");
    expect(ofEast(done).artifacts).toEqual(ofEast(begun).artifacts);
  });

  it("is told that a version is complete", async () => {
    const again = await build(
      twoRegions(cloud, { bucket: "web", image: "never" }),
      environment,
      "first",
    );
    expect(again.exitCode).toBe(1);
    expect(again.all).toMatch(/associated to the fingerprint first is\s+complete/);
  });

  it("marks a build that fails", async () => {
    const provisioner = 'provisioner "shell" { inline = ["exit 3"] }';
    const names = { bucket: "failing", image: `failing-${kind.toLowerCase()}` };
    const result = await build(twoRegions(cloud, { ...names, provisioner }), environment, "broken");
    expect(result.exitCode).toBe(1);
    const version = await versionAt(api, "failing", "broken");
    expect(version.name).toBe("v0");
    expect(statuses(version)).toEqual({
      "happy-cloud.east": "FAILED",
      "happy-cloud.west": "FAILED",
    });
  });

  it("marks a build that is cancelled with Ctrl-C", async () => {
    cloud.faults.inject({ kind: "delay", operation: "StopInstance", delayMs: 1500, times: 2 });
    const text = twoRegions(cloud, {
      bucket: "cancelled",
      image: `cancelled-${kind.toLowerCase()}`,
    });
    const result = await build(text, environment, "stopped", interruptAt("Stopping the instance"));
    expect(result.exitCode).toBe(1);
    const version = await versionAt(api, "cancelled", "stopped");
    expect(version.name).toBe("v0");
    expect(statuses(version)).toEqual({
      "happy-cloud.east": "CANCELLED",
      "happy-cloud.west": "CANCELLED",
    });
  });

  it("injects the provisioners that an operator enforces", async () => {
    await admin.ok("PUT", "/buckets", { name: "enforced" });
    const { enforced_block: block } = await admin.ok("PUT", "/enforced_blocks", {
      name: "hardening",
      block_content: 'provisioner "shell" { inline = ["echo hardened by the operator"] }',
    });
    const blockVersion = `/enforced_blocks/${block.id}/versions/${block.latest_version.id}`;
    await admin.ok("POST", `${blockVersion}/buckets`, { bucket_names: ["enforced"] });
    const names = { bucket: "enforced", image: `enforced-${kind.toLowerCase()}` };
    const output = await succeed(twoRegions(cloud, names), environment, "hard");
    expect(output).toContain("Loaded 1 enforced provisioner(s)");
    expect(output).toContain("happy-cloud.west: hardened by the operator");
  });

  it("builds a child on a parent that it finds by channel, and is told of both by the ancestry", async () => {
    const [base, app] = [`base-${kind.toLowerCase()}`, `app-${kind.toLowerCase()}`];
    await makeBucket(api, base);
    await succeed(oneImage(engine, { bucket: base, image: `${base}-1` }), environment, "base-1");
    const child = oneImage(engine, { bucket: app, image: `${app}-1`, parent: base });
    await succeed(child, environment, "app-1");

    const [parents, children] = await relationsOf(api, app, base);
    const relation = {
      parent: { bucket_name: base, version_fingerprint: "base-1", channel_name: "production" },
      child: { bucket_name: app, version_fingerprint: "app-1" },
      status: "UP_TO_DATE",
    };
    expect(parents).toMatchObject([relation]);
    expect(children).toMatchObject([relation]);

    await succeed(oneImage(engine, { bucket: base, image: `${base}-2` }), environment, "base-2");
    for (const relations of await relationsOf(api, app, base)) {
      expect(relations).toMatchObject([{ ...relation, status: "OUT_OF_DATE" }]);
    }
  });

  it("is refused a parent that is revoked", async () => {
    const [base, app] = [`base-${kind.toLowerCase()}`, `late-${kind.toLowerCase()}`];
    await admin.ok("PATCH", `/buckets/${base}/versions/base-2`, {
      revoke_in: "0s",
      revocation_message: "a key was left inside",
      disable_rollback_channels: true,
    });
    const child = oneImage(engine, { bucket: app, image: `${app}-1`, parent: base });
    const result = await build(child, environment, "late-1");
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("is revoked and can not be used on Packer builds");
  });
});

describe("Packers on two registries with one PostgreSQL", () => {
  it("publish to one bucket at once, and resume what was begun at the other", async () => {
    const store = await stores.create("PostgreSQL");
    const [first, second] = await Promise.all([
      startRegistryServer(store),
      startRegistryServer(store),
    ]);
    const admin = { ...first.environment, ...second.environment };
    const at = ({ environment: { HCP_API_ADDRESS, HCP_AUTH_URL } }: RegistryServer) =>
      ({ ...admin, HCP_API_ADDRESS, HCP_AUTH_URL }) as RegistryEnvironment;
    try {
      const api = await signIn(second.url, admin);
      await makeBucket(api, "shared");
      const text = (image: string, provisioner = "") =>
        twoRegions(cloud, { bucket: "shared", image, provisioner });
      const [, , broken] = await Promise.all([
        succeed(text("at-first"), at(first), "one"),
        succeed(text("at-second"), at(second), "two"),
        build(text("begun", FAIL_IN_WEST), at(first), "three"),
      ]);
      expect(broken.exitCode).toBe(1);
      await succeed(text("begun"), at(second), "three");

      const { versions } = await api.ok("GET", "/buckets/shared/versions");
      const names = versions.map((one: Json) => one.name);
      expect(names.toSorted()).toEqual(["v1", "v2", "v3"]);
      const { bucket } = await api.ok("GET", "/buckets/shared");
      expect(bucket.latest_version).toMatchObject({ name: "v3", fingerprint: "three" });
      const { history } = await api.ok("GET", "/buckets/shared/channels/latest/history");
      expect(history.map((one: Json) => one.version_name)).toEqual(["v3", "v2", "v1"]);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  });
});

/** The parents of one bucket, and the children of another. */
async function relationsOf(api: RegistryApi, child: string, parent: string): Promise<Json[][]> {
  const parents = await api.ok("GET", `/buckets/${child}/ancestry?type=ANCESTRY_TYPE_PARENTS`);
  const children = await api.ok("GET", `/buckets/${parent}/ancestry?type=ANCESTRY_TYPE_CHILDREN`);
  return [parents.relations, children.relations];
}
