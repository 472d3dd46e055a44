import { type HappyCloudStandIn, startHappyCloud } from "@packerkit/cloud-sim";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { interrupt } from "../src/command.ts";
import { openPacker, type Packer } from "../src/packer.ts";
import { bundlePluginFile, installPlugin, type PluginFile } from "../src/plugin-file.ts";
import { type Template, writeTemplate } from "../src/template.ts";

const TOKEN = "a-token-that-must-not-show";
const source = "github.com/packerkit/happy-cloud";

let packer: Packer;
let plugin: PluginFile;
let cloud: HappyCloudStandIn;

beforeAll(async () => {
  packer = await openPacker();
  plugin = await bundlePluginFile("happy-cloud", "apps/happy-cloud/plugin.ts");
  await installPlugin(packer, plugin.path, source);
});
afterAll(async () => {
  await plugin?.remove();
  await packer?.remove();
});
beforeEach(async () => {
  cloud = await startHappyCloud({ token: TOKEN, transitionMs: 1 });
});
afterEach(() => cloud.close());

/** The template, with a body for the build, and with other attributes for the first source. */
const template = (build = "", attributes: Record<string, string> = {}): Promise<Template> =>
  writeTemplate(
    packer,
    `packer {
  required_plugins {
    happy-cloud = {
      source  = "${source}"
      version = ">= 0.1.0"
    }
  }
}

variable "token" {
  type      = string
  sensitive = true
}

variable "team" {
  type    = string
  default = "web"
}

locals {
  image_name = "\${var.team}-1"
}

${sourceBlock("east", { labels: "{ team = var.team }", ...attributes })}
${sourceBlock("west")}
build {
  sources = ["source.happy-cloud.east", "source.happy-cloud.west"]
  ${build}
}
`,
    { "hello.txt": "hello from a file\n" },
  );

function sourceBlock(name: string, attributes: Record<string, string> = {}): string {
  const all = {
    api_url: `"${cloud.url}/v1"`,
    token: "var.token",
    region: `"sunny-${name}"`,
    source_image: '"happy-linux-1"',
    image_name: "local.image_name",
    ...attributes,
  };
  const lines = Object.entries(all).map(([attribute, value]) => `  ${attribute} = ${value}`);
  return `source "happy-cloud" "${name}" {\n${lines.join("\n")}\n}\n`;
}

const run = (
  made: Template,
  command: string,
  options: string[] = [],
  env: Record<string, string> = {},
) => made.packer(command, ["-var", `token=${TOKEN}`, ...options], env);

/** What builds have left in the cloud, by name and region. */
function built(): string[] {
  const { images, instances } = cloud.snapshot();
  const names = images
    .filter(({ source_image_id }) => source_image_id !== null)
    .map(({ name, region }) => `${name} in ${region}`);
  return [...names, ...instances.map(({ id }) => id)].toSorted();
}

describe("happy-cloud in Packer", () => {
  it("validate accepts a good template", async () => {
    const result = await run(await template(), "validate");
    expect(result.all).toContain("The configuration is valid.");
    expect(result.exitCode).toBe(0);
  });

  it("inspect lists the sources", async () => {
    const result = await run(await template(), "inspect");
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toContain("happy-cloud.east");
  });

  it("console evaluates an expression of the template", async () => {
    const made = await template();
    const console = packer.run(["console", "-var", `token=${TOKEN}`, "template.pkr.hcl"], {
      cwd: made.folder,
      input: "local.image_name\n",
    });
    expect((await console).stdout).toContain("web-1");
  });

  it("build makes an image for each of two sources, with variables and locals", async () => {
    const result = await run(await template(), "build", ["-var", "team=api"]);
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toContain("happy-cloud.east: The image api-1 (img-");
    expect(result.stdout).toContain("in Sunny West");
    expect(built()).toEqual(["api-1 in sunny-east", "api-1 in sunny-west"]);
  });

  it("build -only makes just the one that is named", async () => {
    const result = await run(await template(), "build", ["-only=happy-cloud.west"]);
    expect(result.exitCode, result.all).toBe(0);
    expect(built()).toEqual(["web-1 in sunny-west"]);
  });

  it("shell and file provisioners and generated data reach the instance", async () => {
    const made = await template(`provisioner "file" {
    source      = "hello.txt"
    destination = "/srv/hello.txt"
  }
  provisioner "shell" {
    inline = ["cat /srv/hello.txt", "echo \${build.SourceImageName} on \${build.ID}"]
  }
  provisioner "file" {
    direction   = "download"
    source      = "/srv/hello.txt"
    destination = "\${path.root}/back-\${source.name}.txt"
  }`);
    const result = await run(made, "build");
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toContain("happy-cloud.east: hello from a file");
    expect(result.stdout).toMatch(/happy-linux-1 on ins-\w+/);
    expect(await made.read("back-east.txt")).toBe("hello from a file\n");
  });

  it("the manifest post-processor sees the artifact", async () => {
    const made = await template('post-processor "manifest" {}');
    const result = await run(made, "build", ["-only=happy-cloud.east"]);
    expect(result.exitCode, result.all).toBe(0);
    const { builds } = JSON.parse(await made.read("packer-manifest.json"));
    expect(builds[0]).toMatchObject({
      builder_type: "happy-cloud",
      artifact_id: expect.stringMatching(/^img-/),
    });
  });

  it.each([
    ["an unknown attribute", "colour", '"blue"', 'An argument named "colour" is not expected here'],
    ["an attribute of the wrong type", "labels", "7", "labels"],
    [
      "a value that the schema refuses",
      "image_name",
      '"No Good"',
      "image_name: must be 1 to 63 lower-case",
    ],
  ])("validate refuses %s", async (_, attribute, value, message) => {
    const result = await run(await template("", { [attribute]: value }), "validate");
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain(message);
  });

  it("validate names every attribute that is missing", async () => {
    const made = await writeTemplate(
      packer,
      'source "happy-cloud" "x" {}\nbuild { sources = ["source.happy-cloud.x"] }\n',
    );
    const result = await made.packer("validate");
    expect(result.exitCode).toBe(1);
    for (const name of ["api_url", "token", "region", "source_image", "image_name"]) {
      expect(result.all).toContain(`${name}: `);
    }
  });

  it("-on-error=cleanup removes what a failed build made", async () => {
    const made = await template('provisioner "shell" { inline = ["exit 3"] }');
    const result = await run(made, "build", ["-on-error=cleanup", "-only=happy-cloud.east"]);
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("Script exited with non-zero exit status: 3");
    expect(built()).toEqual([]);
  });

  it("-on-error=abort leaves it and names it", async () => {
    const made = await template('provisioner "shell" { inline = ["exit 3"] }');
    const result = await run(made, "build", ["-on-error=abort", "-only=happy-cloud.east"]);
    expect(result.exitCode).toBe(1);
    const [instance] = cloud.snapshot().instances;
    expect(result.all).toContain(`Left behind: instance ${instance?.id}`);
  });

  it("runs the error-cleanup-provisioner", async () => {
    const made = await template(`provisioner "shell" { inline = ["exit 3"] }
  error-cleanup-provisioner "shell" { inline = ["echo rescuing the logs"] }`);
    const result = await run(made, "build", ["-only=happy-cloud.east"]);
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain("rescuing the logs");
    expect(built()).toEqual([]);
  });

  it("-force replaces an image of the same name, and without it the build fails", async () => {
    const made = await template();
    const only = ["-only=happy-cloud.east"];
    await run(made, "build", only);
    const [first] = cloud.snapshot().images.filter(({ name }) => name === "web-1");
    const refused = await run(made, "build", only);
    expect(refused.exitCode).toBe(1);
    expect(refused.all).toContain("replace it with -force");
    const forced = await run(made, "build", [...only, "-force"]);
    expect(forced.exitCode, forced.all).toBe(0);
    const [second] = cloud.snapshot().images.filter(({ name }) => name === "web-1");
    expect(second?.id).not.toBe(first?.id);
    expect(built()).toEqual(["web-1 in sunny-east"]);
  });

  it("Ctrl-C in the middle cleans up", async () => {
    cloud.faults.inject({ kind: "delay", operation: "StopInstance", delayMs: 1500 });
    const running = run(await template(), "build", ["-only=happy-cloud.east"]);
    running.stdout.on("data", (chunk) => {
      if (String(chunk).includes("Stopping the instance")) interrupt(running);
    });
    const result = await running;
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("Cancelling build after receiving interrupt");
    expect(result.all).toContain("Deleting the instance");
    expect(built()).toEqual([]);
  });

  it("no token shows in the output or in PACKER_LOG", async () => {
    const made = await template('provisioner "shell" { inline = ["exit 3"] }');
    const result = await run(made, "build", [], { PACKER_LOG: "1" });
    expect(result.all).toContain("packer-plugin-happy-cloud");
    // Packer itself logs the command line that it was started with.
    const lines = result.all
      .split("\n")
      .filter((line) => !line.includes("os.Args") && !line.includes("-var"));
    expect(lines.filter((line) => line.includes(TOKEN))).toEqual([]);
  });
});
