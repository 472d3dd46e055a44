import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DockerEngineStandIn, startDockerEngine } from "../src/index.ts";
import { archiveOf, clientOf, progressOf, run, startContainer, unpack } from "./docker-client.ts";

let engine: DockerEngineStandIn;
let docker: Docker;

beforeEach(async () => {
  engine = await startDockerEngine();
  docker = clientOf(engine);
});
afterEach(() => engine.close());

const tags = () => engine.snapshot().images.flatMap((image) => image.tags);

describe("pulling", () => {
  it("brings an image that a registry has, with its digest", async () => {
    const lines = await progressOf(await docker.pull("alpine:3.20"));
    expect(lines[0]).toEqual({ status: "Pulling from library/alpine", id: "3.20" });
    expect(lines.at(-1)?.status).toBe("Status: Downloaded newer image for alpine:3.20");
    const { Id, RepoDigests } = await docker.getImage("alpine:3.20").inspect();
    expect(RepoDigests).toEqual([expect.stringMatching(/^alpine@sha256:[0-9a-f]{64}$/)]);
    for (const name of [
      Id,
      Id.slice(7, 19),
      RepoDigests[0] ?? "",
      "docker.io/library/alpine:3.20",
    ]) {
      expect((await docker.getImage(name).inspect()).Id).toBe(Id);
    }
    const again = await progressOf(await docker.pull("alpine:3.20"));
    expect(again.at(-1)?.status).toBe("Status: Image is up to date for alpine:3.20");
    const other = await startDockerEngine();
    await progressOf(await clientOf(other).pull(RepoDigests[0] ?? ""));
    expect(other.snapshot().images).toContainEqual({
      id: Id,
      tags: [],
      digests: RepoDigests,
      parent: "",
    });
    await other.close();
  });

  it.each([
    ["nope", "pull access denied for nope, repository does not exist"],
    ["alpine:9", "manifest for alpine:9 not found"],
  ])("refuses %s", async (name, message) => {
    await expect(docker.pull(name)).rejects.toMatchObject({
      statusCode: 404,
      json: null,
      message: expect.stringContaining(message),
    });
  });
});

describe("a registry with credentials", () => {
  const good = { username: "u", password: "p", serveraddress: "https://r.example" };

  it("lets in who shows them, and nothing of them is logged", async () => {
    const locked = await startDockerEngine({
      registryCredentials: { username: "u", password: "p" },
    });
    const client = clientOf(locked);
    await expect(client.pull("alpine:3.20")).rejects.toThrow("unauthorized");
    await progressOf(await client.pull("alpine:3.20", { authconfig: good }));
    expect(await client.checkAuth(good)).toMatchObject({ Status: "Login Succeeded" });
    await expect(client.checkAuth({ ...good, password: "no" })).rejects.toThrow("unauthorized");
    const image = client.getImage("alpine:3.20");
    const refused = await progressOf(await image.push({ authconfig: { ...good, password: "no" } }));
    expect(refused.at(-1)?.error).toBe("unauthorized: authentication required");
    const auth = Buffer.from(JSON.stringify(good)).toString("base64url");
    expect(JSON.stringify(locked.requests)).not.toContain(auth);
    await locked.close();
  });
});

describe("pushing", () => {
  it("ends with the digest, which the image then has", async () => {
    await docker.getImage("busybox").tag({ repo: "r.example:5000/team/app", tag: "v1" });
    const image = docker.getImage("r.example:5000/team/app");
    const lines = await progressOf(await image.push({ tag: "v1", authconfig: {} }));
    expect(lines[0]?.status).toBe("The push refers to repository [r.example:5000/team/app]");
    const { Digest } = lines.at(-1)?.aux ?? {};
    expect(lines.at(-1)?.aux).toMatchObject({
      Tag: "v1",
      Digest: expect.stringMatching(/^sha256:/),
    });
    const { RepoDigests } = await docker.getImage("r.example:5000/team/app:v1").inspect();
    expect(RepoDigests).toEqual([`r.example:5000/team/app@${Digest}`]);
  });

  it("tells of a name that no image has", async () => {
    const lines = await progressOf(await docker.getImage("nope").push({ authconfig: {} }));
    expect(lines.at(-1)?.error).toBe("An image does not exist locally with the tag: nope");
  });
});

describe("committing", () => {
  it("keeps what was written, and links child and parent", async () => {
    const container = await startContainer(docker);
    await run(docker, container, ["sh", "-c", "echo 1 > /etc/made; rm /etc/group"]);
    const { Id } = (await container.commit({
      repo: "child",
      tag: "v1",
      comment: "made",
      author: "me",
      changes: ['CMD ["cat", "/etc/made"]', 'LABEL a=1 b="two words"', "ENV X=1"],
    })) as unknown as { Id: string };
    const parent = await docker.getImage("busybox").inspect();
    const child = await docker.getImage("child:v1").inspect();
    expect(child).toMatchObject({
      Id,
      Parent: parent.Id,
      Comment: "made",
      Author: "me",
      Container: container.id,
      Architecture: "amd64",
      Os: "linux",
      Config: { Cmd: ["cat", "/etc/made"], Labels: { a: "1", b: "two words" } },
    });
    expect(child.Config.Env).toContain("X=1");
    expect(child.RootFS.Layers).toHaveLength(2);
    const made = await docker.createContainer({ Image: "child:v1" });
    await made.start();
    expect(await made.wait()).toMatchObject({ StatusCode: 0 });
    await expect(made.infoArchive({ path: "/etc/group" })).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  it("drops the command when only an entrypoint is given, as the engine does", async () => {
    const container = await startContainer(docker, { Tty: false, Cmd: ["sleep", "infinity"] });
    const commit = (changes: string[]) =>
      container.commit({ changes }).then(({ Id }: { Id: string }) => docker.getImage(Id).inspect());
    const { Config } = await commit(['ENTRYPOINT ["/bin/sh"]']);
    expect([Config.Entrypoint, Config.Cmd]).toEqual([["/bin/sh"], null]);
    const both = await commit(["CMD run it", 'ENTRYPOINT ["/bin/sh"]']);
    expect(both.Config.Cmd).toEqual(["/bin/sh", "-c", "run it"]);
  });

  it("refuses what is no change, and makes nothing of it", async () => {
    const container = await startContainer(docker);
    await expect(container.commit({ changes: ["RUN x"] })).rejects.toMatchObject({
      statusCode: 400,
      json: { message: "run is not a valid change command" },
    });
    expect(engine.snapshot().images).toHaveLength(1);
  });

  it("finds a bad name only when the image is made, as the engine does", async () => {
    const container = await startContainer(docker);
    await expect(container.commit({ repo: "BAD" })).rejects.toMatchObject({ statusCode: 500 });
    expect(tags()).toEqual(["busybox:latest"]);
    expect(engine.snapshot().images).toHaveLength(2);
  });
});

describe("listing", () => {
  it("filters by reference, label and what came after", async () => {
    const container = await startContainer(docker);
    await container.commit({ repo: "one", tag: "a", changes: ["LABEL team=blue"] });
    await container.commit({});
    const list = async (filters: object) =>
      (await docker.listImages({ filters: JSON.stringify(filters) })).map(
        (image) => image.RepoTags,
      );
    expect(await list({ reference: ["on*"] })).toEqual([["one:a"]]);
    expect(await list({ label: ["team=blue"] })).toEqual([["one:a"]]);
    expect(await list({ dangling: ["true"] })).toEqual([["<none>:<none>"]]);
    expect(await list({ since: ["busybox"] })).toEqual([["<none>:<none>"], ["one:a"]]);
    await expect(list({ colour: ["red"] })).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe("removing", () => {
  it("takes names off first, and the image with the last one", async () => {
    await docker.getImage("busybox").tag({ repo: "other", tag: "1" });
    const { Id } = await docker.getImage("busybox").inspect();
    expect(await docker.getImage("other:1").remove()).toEqual([{ Untagged: "other:1" }]);
    expect(await docker.getImage("busybox").remove()).toEqual([
      { Untagged: "busybox:latest" },
      { Deleted: Id },
    ]);
    await expect(docker.getImage("busybox").remove()).rejects.toMatchObject({ statusCode: 404 });
    expect(engine.snapshot().images).toEqual([]);
  });

  it("is refused while the image is in use, has several names, or has children", async () => {
    const { Id } = await docker.getImage("busybox").inspect();
    const container = await startContainer(docker);
    const refusal = async (name: string, options = {}) =>
      docker
        .getImage(name)
        .remove(options)
        .catch((error: { statusCode: number; json: { message: string } }) => error.json.message);
    expect(await refusal("busybox")).toContain("(must force) - container");
    expect(await refusal(Id, { force: true })).toContain("being used by running container");
    await container.stop();
    expect(await refusal(Id)).toContain("(must be forced) - image is being used by stopped");
    await docker.getImage("busybox").tag({ repo: "other", tag: "1" });
    expect(await refusal(Id)).toContain("referenced in multiple repositories");
    await container.commit({ repo: "child" });
    expect(await refusal(Id, { force: true })).toContain("has dependent child images");
    await container.remove();
    await docker.getImage("child").remove();
    await docker.getImage(Id).remove({ force: true });
    expect(engine.snapshot()).toEqual({ images: [], containers: [] });
  });

  it("takes nameless parents along, unless told not to", async () => {
    const container = await startContainer(docker);
    const { Id } = (await container.commit({})) as unknown as { Id: string };
    const child = await docker.createContainer({ Image: Id });
    await child.commit({ repo: "child" });
    await container.remove({ force: true });
    await child.remove();
    await docker.getImage("child").remove({ noprune: true });
    expect(engine.snapshot().images.map((image) => image.id)).toContain(Id);
    const again = await docker.createContainer({ Image: Id });
    await again.commit({ repo: "child" });
    await again.remove();
    expect(await docker.getImage("child").remove()).toContainEqual({ Deleted: Id });
    expect(tags()).toEqual(["busybox:latest"]);
  });
});

describe("archives of images", () => {
  it("import a file system", async () => {
    const archive = await archiveOf({ "etc/": "", "etc/motd": "hello", "motd -> etc/motd": "" });
    const lines = await progressOf(
      await docker.importImage(Readable.from([archive]), {
        repo: "imported",
        tag: "1",
        changes: 'CMD ["cat", "/motd"]',
      }),
    );
    const { Id, Parent } = await docker.getImage("imported:1").inspect();
    expect([lines, Parent]).toEqual([[{ status: Id }], ""]);
    const container = await docker.createContainer({ Image: "imported:1" });
    await container.start();
    await container.wait();
    const logs = await container.logs({ stdout: true });
    expect(logs.subarray(8).toString()).toBe("hello");
  });

  it("give the same id for the same seed, which is the digest of the image's document", async () => {
    const { Id } = await docker.getImage("busybox").inspect();
    const saved = await unpack(await docker.getImage("busybox").get());
    const document = saved[`${Id.slice(7)}.json`]?.content ?? "";
    expect(`sha256:${createHash("sha256").update(document).digest("hex")}`).toBe(Id);
    const other = await startDockerEngine();
    expect((await clientOf(other).getImage("busybox").inspect()).Id).toBe(Id);
    await other.close();
  });

  it("are saved here and loaded there", async () => {
    const container = await startContainer(docker);
    await run(docker, container, ["sh", "-c", "echo 1 > /made"]);
    await container.commit({ repo: "app", tag: "1" });
    const archive = await buffer(await docker.getImage("app:1").get());
    const { Id } = await docker.getImage("app:1").inspect();

    const other = await startDockerEngine({ images: [] });
    const client = clientOf(other);
    const lines = await progressOf(await client.loadImage(Readable.from([archive])));
    expect(lines).toEqual([{ stream: "Loaded image: app:1\n" }]);
    expect(other.snapshot().images).toMatchObject([{ id: Id, tags: ["app:1"] }]);
    const loaded = await startContainer(client, { Image: "app:1" });
    expect((await run(client, loaded, ["cat", "/made"])).out).toBe("1\n");
    const broken = await progressOf(await client.loadImage(Readable.from(["no archive"])));
    expect(broken.at(-1)?.error).toContain("Error processing tar file");
    await other.close();
  });
});
