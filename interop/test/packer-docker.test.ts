import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { interrupt, startCommand } from "../src/command.ts";
import { BASE_IMAGE, type DockerEngine, startDockerEngine } from "../src/docker-engine.ts";
import { openPacker, type Packer } from "../src/packer.ts";
import { repositoryRoot } from "../src/paths.ts";
import { bundlePluginFile, installPlugin, type PluginFile } from "../src/plugin-file.ts";
import { writeTemplate } from "../src/template.ts";

let packer: Packer;
let plugin: PluginFile;
let engine: DockerEngine;
let before: string[];

beforeAll(async () => {
  engine = await startDockerEngine();
  packer = await openPacker();
  plugin = await bundlePluginFile("docker", "apps/docker/plugin.ts");
  await installPlugin(packer, plugin.path, "github.com/packerkit/docker");
});
afterAll(async () => {
  await plugin?.remove();
  await packer?.remove();
  await engine?.stop();
});
beforeEach(async () => {
  before = await existing();
});

/** Every container and image of the engine. */
async function existing(): Promise<string[]> {
  const containers = await engine.client.listContainers({ all: true });
  const images = await engine.client.listImages({ all: true });
  return [...containers, ...images].map(({ Id }) => Id).toSorted();
}

const template = (build: string, attributes = "commit = true") =>
  writeTemplate(
    packer,
    `source "docker" "web" {
  docker_host = "${engine.host}"
  image       = "${BASE_IMAGE}"
  pull        = false
  network     = "none"
  ${attributes}
}
build {
  sources = ["source.docker.web"]
  ${build}
}
`,
    { "site/index.html": "<p>hello</p>\n", "site/css/a.css": "p {}\n" },
  );

const shell = (line: string) => `provisioner "shell" { inline = [${JSON.stringify(line)}] }`;

/** What a command prints in a container of the image. */
async function printedBy(image: string, ...command: string[]): Promise<string> {
  const container = await engine.client.createContainer({
    Image: image,
    Cmd: command,
    Tty: true,
    HostConfig: { NetworkMode: "none" },
  });
  try {
    await container.start();
    await container.wait();
    return String(await container.logs({ stdout: true })).replaceAll("\r", "");
  } finally {
    await container.remove({ force: true });
  }
}

describe("docker in Packer, on a real engine", () => {
  it("shell and file provisioners work in the container, and the image has what they wrote", async () => {
    const made = await template(`provisioner "file" {
    source      = "site"
    destination = "/tmp"
  }
  provisioner "shell" {
    inline = ["echo from $PACKER_BUILDER_TYPE \${build.SourceImageSha256} > /etc/motd", "cat /tmp/site/css/a.css"]
  }
  provisioner "file" {
    direction   = "download"
    source      = "/etc/motd"
    destination = "motd.txt"
  }
  post-processor "manifest" {}`);
    const result = await made.packer("build");
    expect(result.exitCode, result.all).toBe(0);
    expect(result.stdout).toContain("docker.web: p {}");
    const { builds } = JSON.parse(await made.read("packer-manifest.json"));
    const image = builds[0].artifact_id;
    const { Id: source } = await engine.client.getImage(BASE_IMAGE).inspect();
    expect(image).toMatch(/^sha256:/);
    expect(await made.read("motd.txt")).toBe(`from docker ${source}\n`);
    expect(await printedBy(image, "cat", "/etc/motd", "/tmp/site/index.html")).toBe(
      `from docker ${source}\n<p>hello</p>\n`,
    );
    await engine.client.getImage(image).remove({ force: true });
  });

  it("export_path writes an archive of the container", async () => {
    const made = await template(shell("echo exported > /etc/motd"), 'export_path = "image.tar"');
    const result = await made.packer("build");
    expect(result.exitCode, result.all).toBe(0);
    expect(await made.read("image.tar")).toContain("exported\n");
    expect(await existing()).toEqual(before);
  });

  it("a provisioner that exits with 3 fails the build, and nothing is left", async () => {
    const result = await (await template(shell("exit 3"))).packer("build");
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("Script exited with non-zero exit status: 3");
    expect(await existing()).toEqual(before);
  });

  it("-on-error=abort leaves the container and names it", async () => {
    const result = await (await template(shell("exit 3"))).packer("build", ["-on-error=abort"]);
    const left = (await existing()).filter((id) => !before.includes(id));
    expect(left).toHaveLength(1);
    expect(result.all).toContain("Left behind: container");
    await engine.client.getContainer(left[0] ?? "").remove({ force: true });
  });

  it("Ctrl-C in the middle of a provisioner leaves nothing", async () => {
    const running = (await template(shell("echo sleeping; sleep 60"))).packer("build");
    running.stdout.on("data", (chunk) => {
      if (String(chunk).includes("sleeping")) interrupt(running);
    });
    const result = await running;
    expect(result.exitCode).toBe(1);
    expect(result.timedOut).toBe(false);
    expect(await existing()).toEqual(before);
  });

  it("two of commit, discard and export_path at once are refused before anything is made", async () => {
    const made = await template("", 'commit = true\n  export_path = "image.tar"');
    const result = await made.packer("validate");
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("export_path: cannot be set together with commit");
  });
});

it.each([
  ["in the middle of a build", "sleep 2;"],
  ["in a command's first second", ""],
])(
  "an engine that dies %s is named, with what it may still hold, and no file is left",
  async (_when, before) => {
    await using stack = new AsyncDisposableStack();
    const mortal = stack.adopt(await startDockerEngine(), (it) => it.stop());
    const made = await writeTemplate(
      packer,
      `source "docker" "web" {
  docker_host = "${mortal.host}"
  image       = "${BASE_IMAGE}"
  pull        = false
  export_path = "out/image.tar"
}
build {
  sources = ["source.docker.web"]
  ${shell(`${before} echo sleeping; sleep 60`)}
}
`,
    );
    const running = made.packer("build");
    running.stdout.on("data", (chunk) => {
      if (String(chunk).includes("sleeping")) void mortal.kill();
    });
    const result = await running;
    expect(result.exitCode).toBe(1);
    expect(result.timedOut).toBe(false); // Packer starts a command that failed to start again, for minutes
    expect(result.all).toContain("Script disconnected unexpectedly");
    expect(result.all).toMatch(
      /engine at unix:\S+ was lost|No Docker Engine answers|no Docker Engine answers/,
    );
    expect(result.all).toMatch(/container packerkit-|container [0-9a-f]{64}/);
    await expect(made.read("out/image.tar")).rejects.toThrow("ENOENT");
  },
);

describe("the demo on a real engine", () => {
  const demo = (...options: string[]) =>
    startCommand(
      process.execPath,
      [`${repositoryRoot}/apps/demo/bin.js`, "--only", "docker", "--json", ...options],
      {
        env: { ...process.env, DOCKER_HOST: engine.host },
      },
    );

  beforeAll(async () => {
    await engine.client.getImage(BASE_IMAGE).tag({ repo: "busybox", tag: "latest" });
  });

  it("says so, and under --keep the engine knows its images", async () => {
    const result = await demo("--keep");
    const [app] = JSON.parse(result.stdout).apps;
    expect(app).toMatchObject({ ok: true, kept: true, backend: { kind: "real" } });
    // The second image is built on the first, which cannot be removed before it.
    for (const { imageId } of [...app.child.images, ...app.images]) {
      const image = engine.client.getImage(imageId);
      expect((await image.inspect()).Id).toBe(imageId);
      await image.remove({ force: true, noprune: true });
    }
  });

  it("leaves nothing without it", async () => {
    const beforeDemo = await existing();
    expect((await demo()).exitCode).toBe(0);
    expect(await existing()).toEqual(beforeDemo);
  });
});
