import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ARTIFACT_STATE_URI, type Artifact } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { dockerPush, dockerTag, ImportArtifact } from "../src/index.ts";
import { describePush } from "../src/progress.ts";
import { recordingUi } from "./harness.ts";
import { filesOf, postProcess } from "./post-processing.ts";

const IMAGE = `sha256:${"a".repeat(64)}`;
const DIGEST = `sha256:${"d".repeat(64)}`;

/** What an engine answers, by `METHOD /path`. */
type Answers = Readonly<Record<string, unknown>>;

/** Runs a post-processor on an engine that answers nothing but this; strings are sent as they are. */
async function withAnswers<Result>(
  answers: Answers,
  use: (address: string, asked: string[]) => Promise<Result>,
): Promise<Result> {
  const asked: string[] = [];
  const answer: RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const found = answers[`${request.method} ${request.url?.replace(/\?.*/, "")}`];
    if (found === undefined) response.writeHead(404).end('{"message":"no such thing"}');
    else response.end(typeof found === "string" ? found : JSON.stringify(found));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    server.close();
  }
}

/** An image as another plugin hands it over. */
function imageOf(id: string, state: Readonly<Record<string, unknown>> = {}): Artifact {
  return {
    ...filesOf("packer.post-processor.docker-tag"),
    id: () => id,
    state: (name) => state[name],
  };
}

const inspected = (RepoDigests: string[] | null) => ({ Id: IMAGE, RepoDigests });
const pushed = [
  { status: "The push refers to repository [docker.io/library/web]" },
  { status: "Preparing", id: "0123456789ab" },
  { status: "Mounted from library/other", id: "0123456789ab" },
  { aux: { Tag: "1", Digest: DIGEST, Size: 7 } },
];
const linesOf = (entries: readonly object[]) =>
  entries.map((one) => JSON.stringify(one)).join("\n");

describe("docker-push", () => {
  it.each([
    ["what the push tells", "web", pushed, [`web@sha256:0`], `web@${DIGEST}`],
    ["that, in the engine's spelling", "docker.io/library/web", pushed, [], `web@${DIGEST}`],
    ["what the engine knows, else", "web", pushed.slice(0, 1), ["b@1", "web@2"], "web@2"],
    ["nothing where nobody knows", "web", pushed.slice(0, 1), null, ""],
  ])("notes as digest %s", async (_, repository, entries, digests, expected) => {
    const name = `${repository}:1`;
    const answers = {
      [`GET /images/${name}/json`]: inspected(digests),
      [`POST /images/${repository}/push`]: linesOf(entries),
    };
    const ui = recordingUi();
    const { artifact } = await withAnswers(answers, (address) =>
      postProcess(address, dockerPush, imageOf(name), {}, { ui }),
    );
    expect(artifact.state("generated_data")).toEqual({ ImageSha256: IMAGE, Digest: expected });
    expect(artifact.state(ARTIFACT_STATE_URI)).toMatchObject({ imageId: IMAGE });
    expect(ui.lines).toContain("The push refers to repository [docker.io/library/web]");
    expect(ui.lines).not.toContainEqual(expect.stringContaining("Preparing"));
  });

  it("asks for one platform where the engine can do that, and else refuses", async () => {
    const settings = { platform: "linux/arm64/v8" };
    const answers = {
      "GET /images/web:1/json": inspected(null),
      "POST /images/web/push": linesOf(pushed),
    };
    const version = (ApiVersion: string) => ({ Version: "x", Os: "linux", ApiVersion });
    await withAnswers({ ...answers, "GET /version": version("1.46") }, async (address, asked) => {
      await postProcess(address, dockerPush, imageOf("web:1"), settings);
      const query = new URLSearchParams(asked.find((one) => one.includes("/push?"))?.split("?")[1]);
      expect(JSON.parse(query.get("platform") ?? "")).toEqual({
        ...{ os: "linux", architecture: "arm64", variant: "v8" },
      });
      expect(query.get("tag")).toBe("1");
    });
    await withAnswers({ ...answers, "GET /version": version("1.41") }, async (address, asked) => {
      const pushing = postProcess(address, dockerPush, imageOf("web:1"), settings);
      await expect(pushing).rejects.toMatchObject({ cause: { code: "ENGINE_UNSUPPORTED" } });
      expect(asked).toEqual(["GET /version"]);
    });
  });

  it("names what the registry has taken before a refusal", async () => {
    const answers = {
      "GET /images/web:1/json": inspected(null),
      "GET /images/web:2/json": inspected(null),
      "POST /images/web/push": linesOf([{ error: "denied: ada with hunter2 may not" }]),
      "GET /images/first:1/json": inspected(null),
      "POST /images/first/push": linesOf(pushed),
    };
    const input = imageOf("first:1", { docker_tags: ["first:1", "web:1", "web:2"] });
    const settings = { login: true, login_username: "ada", login_password: "hunter2" };
    const error = await withAnswers(answers, (address) =>
      postProcess(address, dockerPush, input, settings).catch((caught: unknown) => caught),
    );
    expect(error).toMatchObject({ cause: { code: "PUSH_UNAUTHORIZED" } });
    expect(String(error)).toMatch(/the registry has taken first:1 before that/);
    expect(String(error)).toContain("ada with <login_password> may not");
  });

  it("shows layers that the registry has, in whichever way it came by them", () => {
    const layer = (status: string) => describePush({ id: "ab", status });
    expect(layer("Pushed")).toBe("ab: Pushed");
    expect(layer("Layer already exists")).toBe("ab: Layer already exists");
    expect(layer("Mounted from a/b")).toBe("ab: Mounted from a/b");
    expect(layer("Pushing")).toBeUndefined();
    expect(describePush({ aux: {} })).toBeUndefined();
  });
});

it.each([
  [{ repository: "web", tags: ["1", "n>"] }, /"n>" is no tag/],
  [{ repository: "<unk" }, /"<unk" is no name of a repository/],
])("names are judged at the latest before an image gets them: %j", async (settings, reason) => {
  await withAnswers({}, async (address, asked) => {
    const tagging = postProcess(address, dockerTag, imageOf("web:1"), settings);
    await expect(tagging).rejects.toThrow(reason);
    expect(asked).toEqual([]);
  });
});

describe("what comes in", () => {
  it.each([
    ["an id that is a path", imageOf("web/../../containers/x"), "id"],
    ["an id with other characters", imageOf("web?force=1"), "id"],
    ["a tag that is a path", imageOf("web:1", { docker_tags: ["/etc/passwd"] }), "docker_tags"],
    ["tags that are no list", imageOf("web:1", { docker_tags: "web" }), "docker_tags"],
    [
      "base images that are none",
      imageOf("web:1", { docker_base_images: [7] }),
      "docker_base_images",
    ],
  ])("is refused with %s", async (_, input, what) => {
    const running = withAnswers({}, (address) => postProcess(address, dockerPush, input, {}));
    await expect(running).rejects.toMatchObject({ code: "ARTIFACT_UNSUPPORTED" });
    await expect(running).rejects.toThrow(`the artifact's ${what} is`);
  });

  it.each([
    ["no generated data", undefined],
    ["generated data that is no map", "text"],
    ["an id that was never found", { ImageSha256: "ERR_IMAGE_SHA256_NOT_FOUND" }],
  ])("is asked of the engine with %s", async (_, generated_data) => {
    const answers = {
      "GET /images/web:1/json": inspected(null),
      [`POST /images/${IMAGE}/tag`]: {},
    };
    const input = imageOf("web:1", { generated_data });
    const { artifact } = await withAnswers(answers, (address) =>
      postProcess(address, dockerTag, input, { repository: "web" }),
    );
    expect(artifact.state("generated_data")).toEqual({ ImageSha256: IMAGE });
  });

  it("keeps what generated data says of things that are not known here", async () => {
    const generated_data = { ImageSha256: IMAGE, SourceImageSha256: "sha256:b", Extra: [1] };
    const answers = {
      [`GET /images/${IMAGE}/json`]: inspected(null),
      [`POST /images/${IMAGE}/tag`]: {},
    };
    const { artifact } = await withAnswers(answers, (address) =>
      postProcess(address, dockerTag, imageOf("web:1", { generated_data }), { repository: "web" }),
    );
    expect(artifact.state("generated_data")).toEqual(generated_data);
  });
});

describe("the end of a named image", () => {
  it("leaves the image it was built on while others still name it", async () => {
    const removed: string[] = [];
    const engine = {
      inspectImage: async () => ({
        id: IMAGE,
        names: [],
        digests: [],
        command: [],
        entrypoint: [],
      }),
      removeImage: async (name: string) => void removed.push(name),
    };
    const artifact = new ImportArtifact({
      ...{ engine, id: "web:2", tags: ["web:1", "web:2"], baseImages: ["sha256:b"] },
      generatedData: { ImageSha256: IMAGE },
    });
    await artifact.destroy();
    expect(removed).toEqual(["web:2", "web:1"]);
  });
});
