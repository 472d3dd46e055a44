import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { interrupt, startCommand } from "../src/command.ts";
import { BASE_IMAGE, type DockerEngine, startDockerEngine } from "../src/docker-engine.ts";
import { type Answers, noteState, readNotedState } from "../src/noted-state.ts";
import { type OciRegistry, startOciRegistry } from "../src/oci-registry.ts";
import { openPacker, type Packer } from "../src/packer.ts";
import { bundlePluginFile, installPlugin, type PluginFile } from "../src/plugin-file.ts";
import { writeTemplate } from "../src/template.ts";

let packer: Packer;
let plugins: PluginFile[] = [];
let engine: DockerEngine;
let registry: OciRegistry;
let source: string;
let before: string[];

beforeAll(async () => {
  engine = await startDockerEngine();
  registry = await startOciRegistry();
  packer = await openPacker();
  plugins = [
    await bundlePluginFile("docker", "apps/docker/plugin.ts"),
    await bundlePluginFile("state", "interop/fixtures/state-plugin.ts"),
  ];
  await installPlugin(packer, plugins[0]?.path ?? "", "github.com/packerkit/docker");
  await installPlugin(packer, plugins[1]?.path ?? "", "github.com/packerkit/state");
  source = (await engine.client.getImage(BASE_IMAGE).inspect()).Id;
});
afterAll(async () => {
  for (const plugin of plugins) await plugin.remove();
  await packer?.remove();
  await engine?.stop();
  await registry?.stop();
});
beforeEach(async () => {
  before = await existing();
});

/** Every container, image and name of an image. */
async function existing(): Promise<string[]> {
  const containers = await engine.client.listContainers({ all: true });
  const images = await engine.client.listImages({ all: true });
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  return [...containers.map(({ Id }) => Id), ...images.map(({ Id }) => Id), ...names].toSorted();
}

async function removeImage(id: string): Promise<void> {
  await engine.client.getImage(id).remove({ force: true });
}

/** A template with this source and these post-processors, in turn. `$host` stands for `docker_host`. */
const template = (attributes: string, postProcessors: string) =>
  writeTemplate(
    packer,
    `variable "password" {
  type      = string
  sensitive = true
  default   = "${registry.password}"
}
source "docker" "web" {
  $host
  image   = "${BASE_IMAGE}"
  pull    = false
  network = "none"
  ${attributes}
}
build {
  sources = ["source.docker.web"]
  provisioner "shell" { inline = ["echo hello > /etc/motd"] }
  post-processors {
    ${postProcessors}
  }
}
`.replaceAll("$host", `docker_host = "${engine.host}"`),
  );

const metadataOf = ({ state }: Answers) =>
  state["par.artifact.metadata"] as { ImageID: string } & Record<string, unknown>;

const tag = (repository: string, ...tags: string[]) => `post-processor "docker-tag" {
      $host
      repository = "${repository}"
      tags       = ${JSON.stringify(tags)}
    }`;

const push = (password = "var.password") => `post-processor "docker-push" {
      $host
      login          = true
      login_username = "${registry.username}"
      login_password = ${password}
      login_server   = "${registry.host}"
    }`;

describe("an image in Packer, on a real engine", () => {
  it("is committed, tagged and pushed; the registry sees the sha256, the tags and the digest", async () => {
    const repository = `${registry.host}/team/web`;
    const made = await template(
      "commit = true",
      [
        noteState("commit"),
        tag(repository, "1.0", "latest"),
        noteState("tag"),
        push(),
        noteState("push"),
        `post-processor "manifest" {}`,
      ].join("\n    "),
    );
    const result = await made.packer("build", [], { PACKER_LOG: "1" });
    expect(result.exitCode, result.all).toBe(0);
    expect(result.all).not.toContain(registry.password);
    const read = (name: string) => readNotedState(made.folder, name);
    const [committed, tagged, pushed] = [
      await read("commit"),
      await read("tag"),
      await read("push"),
    ];
    const image = committed.id;
    expect(metadataOf(committed)).toEqual({
      ImageID: image,
      ProviderName: "docker",
      ProviderRegion: "docker",
      SourceImageID: source,
      Labels: { ImageSha256: image, PackerArtifactID: image, SourceImageDigest: "" },
    });
    const labels = {
      ImageSha256: image,
      PackerArtifactID: `${repository}:latest`,
      SourceImageDigest: "",
      tags: `${repository}:1.0,${repository}:latest`,
    };
    expect(metadataOf(tagged)).toEqual({ ...metadataOf(committed), Labels: labels });
    const digest = await registry.digestOf("team/web", "1.0");
    expect(digest).toMatch(/^sha256:/);
    expect(await registry.digestOf("team/web", "latest")).toBe(digest);
    const ImageDigest = `${repository}@${digest}`;
    expect(metadataOf(pushed)).toEqual({
      ...metadataOf(committed),
      Labels: { ...labels, ImageDigest },
    });
    expect(pushed.state["generated_data"]).toMatchObject({ Digest: ImageDigest });
    expect(result.stdout).toMatch(/docker-push\): [0-9a-f]{12}: Pushed/);
    const { builds } = JSON.parse(await made.read("packer-manifest.json"));
    expect(builds[0].artifact_id).toBe(`${repository}:latest`);
    await removeImage(image);
    expect(await existing()).toEqual(before);
  });

  it("is gone from the engine where keep_input_artifact is false after the push", async () => {
    const pushOnly = push().replace("$host", "$host\n      keep_input_artifact = false");
    const made = await template(
      "commit = true",
      `${tag(`${registry.host}/team/gone`, "1", "2")}\n    ${pushOnly}`,
    );
    const result = await made.packer("build");
    expect(result.exitCode, result.all).toBe(0);
    expect(await registry.digestOf("team/gone", "1")).toMatch(/^sha256:/);
    expect(await existing()).toEqual(before);
  });

  it("is refused by the registry with a clear error that shows no password", async () => {
    const made = await template(
      "commit = true",
      `${tag(`${registry.host}/team/refused`, "1")}\n    ${push('"hunter2-wrong"')}`,
    );
    const result = await made.packer("build", [], { PACKER_LOG: "1" });
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("check login_username, login_password and login_server");
    expect(result.all).not.toContain("hunter2");
    expect(await registry.digestOf("team/refused", "1")).toBeUndefined();
    const { Id } = await engine.client.getImage(`${registry.host}/team/refused:1`).inspect();
    await removeImage(Id);
    expect(await existing()).toEqual(before);
  });

  it("leaves no half-done push after Ctrl-C", async () => {
    const silent = createServer((socket) => socket.on("error", () => {}));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    try {
      const pushSilent = `post-processor "docker-push" { $host }`;
      const made = await template(
        "commit = true",
        `${tag(`127.0.0.1:${port}/web`, "1")}\n    ${pushSilent}`.replace(
          "{ $host }",
          "{\n$host\n}",
        ),
      );
      const running = made.packer("build");
      running.stdout.on("data", (chunk) => {
        if (String(chunk).includes("Pushing 127.0.0.1")) interrupt(running);
      });
      const result = await running;
      expect(result.exitCode).toBe(1);
      expect(result.timedOut).toBe(false);
      const { Id } = await engine.client.getImage(`127.0.0.1:${port}/web:1`).inspect();
      await removeImage(Id);
      expect(await existing()).toEqual(before);
    } finally {
      silent.close();
    }
  });

  it("with an illegal tag is refused before anything is made", async () => {
    const made = await template("commit = true", tag("local/web", "1.0", "not a tag"));
    const validation = await made.packer("validate");
    expect(validation.exitCode).toBe(1);
    expect(validation.all).toContain("tags[1]: is no tag");
    const result = await made.packer("build");
    expect(result.exitCode).toBe(1);
    expect(result.stdout).not.toContain("Starting container");
    expect(await existing()).toEqual(before);
  });

  it("gets a tag out of what the build knows", async () => {
    const digits = `$\{substr(build.ImageSha256, 7, 12)}`;
    const made = await template(
      "commit = true",
      `${tag("local/web", digits)}\n    ${noteState("tag")}`,
    );
    expect((await made.packer("validate")).exitCode).toBe(0);
    const result = await made.packer("build");
    expect(result.exitCode, result.all).toBe(0);
    const tagged = await readNotedState(made.folder, "tag");
    const { id } = tagged;
    expect(id).toBe(`local/web:${metadataOf(tagged).ImageID.slice(7, 19)}`);
    await removeImage(id);
    expect(await existing()).toEqual(before);
  });

  it("of an official option that is left out is refused by name", async () => {
    const made = await template(
      "commit = true",
      `post-processor "docker-push" {
      ecr_login    = true
      login_server = "https://1234.dkr.ecr.us-east-1.amazonaws.com"
    }`,
    );
    const result = await made.packer("validate");
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("ecr_login: ECR is not logged in to by itself");
  });
});

describe("an archive in Packer, on a real engine", () => {
  const importAs = (repository: string, tag: string) => `post-processor "docker-import" {
      $host
      repository = "${repository}"
      tag        = "${tag}"
      changes    = ["CMD [\\"cat\\", \\"/etc/motd\\"]"]
    }`;
  const save = (path: string) => `post-processor "docker-save" {
      $host
      path = "${path}"
    }`;

  it("is exported, imported, saved, and can be loaded again", async () => {
    const made = await template(
      'export_path = "container.tar"',
      [
        importAs("local/imported", "1"),
        noteState("import"),
        save("out/image.tar"),
        noteState("save"),
      ].join("\n    "),
    );
    const result = await made.packer("build");
    expect(result.exitCode, result.all).toBe(0);
    const imported = await readNotedState(made.folder, "import");
    const { Id } = await engine.client.getImage("local/imported:1").inspect();
    expect(metadataOf(imported)).toEqual({
      ImageID: Id,
      ProviderName: "docker",
      ProviderRegion: "docker",
      SourceImageID: source,
      Labels: { ImageSha256: Id, PackerArtifactID: "local/imported:1", SourceImageDigest: "" },
    });
    expect(await readNotedState(made.folder, "save")).toEqual(imported);
    await expect(made.read("container.tar")).rejects.toThrow("ENOENT");
    await removeImage(Id);
    const loaded = await engine.client.loadImage(`${made.folder}/out/image.tar`);
    await new Promise((resolve) => loaded.resume().once("end", resolve));
    expect((await engine.client.getImage("local/imported:1").inspect()).Id).toBe(Id);
    await removeImage(Id);
    expect(await existing()).toEqual(before);
  });

  it.each([
    ["saved", "commit = true", save("small/image.tar")],
    ["exported", 'export_path = "small/image.tar"', noteState("exported")],
  ])(
    "that does not fit on the disk when it is %s leaves no file, and the error says so",
    async (how, outcome, postProcessor) => {
      const made = await template(outcome, postProcessor);
      const small = `${made.folder}/small`;
      await mkdir(small);
      await startCommand("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", small]);
      try {
        const result = await made.packer("build");
        expect(result.exitCode).toBe(1);
        const reason = new RegExp(`could not be ${how} to .*ENOSPC.*see whether the disk is full`);
        expect(result.all).toMatch(reason);
        expect((await startCommand("ls", ["-A", small])).stdout).toBe("");
        expect(await existing()).toEqual(before);
      } finally {
        await startCommand("umount", [small]);
      }
    },
  );

  it("of a committed image is refused, naming what it takes", async () => {
    const result = await (await template("commit = true", importAs("local/x", "1"))).packer(
      "build",
    );
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain(
      'docker-import cannot take an artifact of "packer.post-processor.docker-import", only of packer.docker or packer.post-processor.artifice',
    );
    expect(await existing()).toEqual(before);
  });
});
