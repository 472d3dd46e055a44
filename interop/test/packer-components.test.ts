import { startHappyCloud } from "@packerkit/cloud-sim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interrupt } from "../src/command.ts";
import { openPacker, type Packer } from "../src/packer.ts";
import { bundlePluginFile, installPlugin, type PluginFile } from "../src/plugin-file.ts";
import { writeTemplate } from "../src/template.ts";

const source = "github.com/packerkit/toy";

let packer: Packer;
let plugins: PluginFile[] = [];

beforeAll(async () => {
  packer = await openPacker();
  plugins = [
    await bundlePluginFile("toy", "interop/fixtures/toy-plugin.ts"),
    await bundlePluginFile("happy-cloud", "apps/happy-cloud/plugin.ts"),
  ];
  await installPlugin(packer, plugins[0]?.path ?? "", source);
  await installPlugin(packer, plugins[1]?.path ?? "", "github.com/packerkit/happy-cloud");
});
afterAll(async () => {
  for (const plugin of plugins) await plugin.remove();
  await packer?.remove();
});

const toy = (attributes: string, build = "") =>
  writeTemplate(
    packer,
    `source "toy" "web" {
  name     = "web"
  password = "pass-phrase-1234"
  ${attributes}
}
build {
  sources = ["source.toy.web"]
  ${build}
}
`,
  );

describe("components of every kind in Packer", () => {
  it("a data source feeds a source", async () => {
    const made = await writeTemplate(
      packer,
      `data "toy-lookup" "base" {
  name = "linux"
}
source "toy" "web" {
  name   = "web-\${data.toy-lookup.base.tags["found"]}"
  source = data.toy-lookup.base.id
}
build {
  sources = ["source.toy.web"]
  post-processor "toy-rename" {}
}
`,
    );
    const result = await made.packer("build");
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toContain("renaming web-yes, which was made from toy-of-linux");
  });

  it("post-processors run one after the other, ours and Packer's own", async () => {
    const made = await toy(
      "",
      `post-processors {
    post-processor "toy-rename" { suffix = "-a" }
    post-processor "toy-rename" { suffix = "-b" }
    post-processor "manifest" {}
  }`,
    );
    const result = await made.packer("build");
    expect(result.exitCode, result.all).toBe(0);
    expect(JSON.parse(await made.read("packer-manifest.json")).builds[0].artifact_id).toBe(
      "web-a-b",
    );
  });

  it("a provisioner of one plugin works on a machine of another", async () => {
    await using cloud = await startHappyCloud();
    const made = await writeTemplate(
      packer,
      `source "happy-cloud" "web" {
  api_url      = "${cloud.url}/v1"
  token        = "${cloud.token}"
  region       = "sunny-east"
  source_image = "happy-linux-1"
  image_name   = "web-1"
}
build {
  sources = ["source.happy-cloud.web"]
  provisioner "toy-greet" { greeting = "good morning" }
}
`,
    );
    const result = await made.packer("build");
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toMatch(/good morning ins-\w+, exit status 0/);
  });

  it("an error that a plugin throws fails the build, without its secrets", async () => {
    const made = await toy('behaviour = "throw"');
    const result = await made.packer("build", [], { PACKER_LOG: "1" });
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("the toy broke, and its password is <sensitive>");
    expect(result.all).not.toContain("pass-phrase-1234");
  });

  it("an error thrown where nobody waits for it goes to the log, and the build goes on", async () => {
    const made = await toy('behaviour = "stray"');
    const result = await made.packer("build", [], { PACKER_LOG: "1" });
    expect(result.exitCode, result.all).toBe(0);
    expect(result.all).toContain(
      "[ERROR] uncaught exception: Error: thrown where nobody waits for it",
    );
  });

  it("a plugin killed with SIGKILL fails its build, and Packer ends", async () => {
    const result = await (await toy('behaviour = "die"')).packer("build");
    expect(result.exitCode).toBe(1);
    expect(result.timedOut).toBe(false);
    expect(result.all).toContain("Build 'toy.web' errored");
  });

  it("Ctrl-C reaches a builder that waits, and Packer ends", async () => {
    const running = (await toy('behaviour = "wait"')).packer("build");
    running.stdout.on("data", (chunk) => {
      if (String(chunk).includes("waiting to be cancelled")) interrupt(running);
    });
    const result = await running;
    expect(result.exitCode).toBe(1);
    expect(result.timedOut).toBe(false);
    expect(result.all).toContain("cleaning up the toy");
  });

  it("PACKER_FORCE_GOB gets one sentence that says why and what to do", async () => {
    const made = await toy("");
    const result = await made.packer("build", [], { PACKER_FORCE_GOB: "1", PACKER_LOG: "1" });
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("unset PACKER_FORCE_GOB");
  });
});
