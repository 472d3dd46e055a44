import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type Docker from "dockerode";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DockerEngineStandIn, startDockerEngine } from "../src/index.ts";
import { archiveOf, clientOf, progressOf, run, startContainer } from "./docker-client.ts";

let engine: DockerEngineStandIn;
let docker: Docker;

beforeEach(async () => {
  engine = await startDockerEngine({ unixSocket: true });
  docker = clientOf(engine);
});
afterEach(() => engine.close());

async function build(
  dockerfile: string,
  options: Docker.ImageBuildOptions = {},
  files: Record<string, string> = {},
) {
  const context = await archiveOf({ Dockerfile: dockerfile, ...files });
  return progressOf(await docker.buildImage(Readable.from([gzipSync(context)]), options));
}

const DOCKERFILE = `# a comment
ARG BASE=busybox
FROM $BASE
ARG WHO=nobody
ENV GREETING="good day" \\
    PLACE=here
LABEL team=blue
WORKDIR /app
COPY conf/ ./conf/
COPY *.txt single.md /docs/
RUN echo "$GREETING $WHO in $(pwd)" > greeting && cat greeting
USER 1000
EXPOSE 80 53/udp
ENTRYPOINT ["/bin/sh", "-c"]
CMD ["cat /app/greeting"]
`;
const FILES = { "conf/a": "A", "conf/b/c": "C", "one.txt": "1", "two.txt": "2", "single.md": "#" };

describe.each([
  ["the classic builder", {}],
  ["BuildKit", { version: "2" }],
] as const)("%s", (_name, builder) => {
  it("carries out a Dockerfile", async () => {
    const lines = await build(
      DOCKERFILE,
      { ...builder, t: "built:1", buildargs: { WHO: "you" }, labels: { extra: "y z" } },
      FILES,
    );
    const id = lines.find((line) => line.aux?.ID !== undefined)?.aux?.ID;
    expect(lines.at(-1)).toEqual({ stream: "Successfully tagged built:1\n" });
    const image = await docker.getImage("built:1").inspect();
    expect(image.Id).toBe(id);
    expect(image.Config).toMatchObject({
      Cmd: ["cat /app/greeting"],
      Entrypoint: ["/bin/sh", "-c"],
      Labels: { team: "blue", extra: "y z" },
      WorkingDir: "/app",
      User: "1000",
      ExposedPorts: { "80/tcp": {}, "53/udp": {} },
    });
    expect(image.Config.Env).toEqual([
      expect.stringMatching(/^PATH=/),
      "GREETING=good day",
      "PLACE=here",
    ]);
    const container = await startContainer(docker, { Image: "built:1", Entrypoint: [] });
    const { out } = await run(docker, container, [
      "sh",
      "-c",
      "cat greeting; find /app/conf /docs -type f | sort",
    ]);
    expect(out.split("\n").slice(0, -1)).toEqual([
      "good day you in /app",
      "/app/conf/a",
      "/app/conf/b/c",
      "/docs/one.txt",
      "/docs/single.md",
      "/docs/two.txt",
    ]);
  });

  it.each([
    ["FROM busybox\nRUN echo no; exit 7\n", /exit code: 7|non-zero code: 7/],
    ["FROM busybox\nCOPY nope /\n", /nope/],
    ["FROM nope\n", /pull access denied for nope/],
    ["FROM busybox\nRUN /nosuch\n", /code: 127/],
    ['FROM busybox\nRUN ["/nosuch"]\n', /stat \/nosuch: no such file/],
    ["FROM scratch\nRUN true\n", /stat \/bin\/sh: no such file/],
    ["FROM busybox\nFROM busybox\n", /one stage only/],
    ["FROM busybox\nFOO x\n", /unknown instruction: FOO/],
    ["FROM busybox\nENV A\n", /ENV must have two arguments/],
    ["FROM busybox\nADD a b\n", /does not carry out ADD/],
    ["RUN true\n", /no build stage/],
    ["", /cannot be empty/],
  ])("tells what is wrong with %j, and leaves nothing", async (dockerfile, message) => {
    const before = engine.snapshot();
    const failure = await build(dockerfile, { ...builder, forcerm: true, t: "bad:1" }).then(
      (lines) => lines.at(-1)?.error,
      (error: Error) => error.message,
    );
    expect(failure).toMatch(message);
    expect(engine.snapshot()).toEqual(before);
  });

  it("pulls its base", async () => {
    await build("FROM alpine:3.20\nRUN test -f /etc/alpine-release\n", { ...builder, t: "a:1" });
    const tags = engine.snapshot().images.flatMap((image) => image.tags);
    expect(tags.sort()).toEqual(["a:1", "alpine:3.20", "busybox:latest"]);
  });

  it("takes another Dockerfile, and one that is not there is an error", async () => {
    await build(
      "",
      { ...builder, dockerfile: "sub/D2", t: "d2:1" },
      { "sub/D2": "FROM busybox\n" },
    );
    expect((await docker.getImage("d2:1").inspect()).Config.Cmd).toEqual(["sh"]);
    const missing = await build("", { ...builder, dockerfile: "nope" }).then(
      (lines) => lines.at(-1)?.error,
      (error: Error) => error.message,
    );
    expect(missing).toContain("Cannot locate specified Dockerfile: nope");
  });
});

describe("the classic builder", () => {
  it("leaves the container of a command that failed, as the engine does", async () => {
    const lines = await build("FROM busybox\nLABEL a=1\nRUN exit 7\n");
    expect(lines.at(-1)?.errorDetail).toEqual({
      code: 7,
      message: "The command '/bin/sh -c exit 7' returned a non-zero code: 7",
    });
    const { containers, images } = engine.snapshot();
    expect(containers).toMatchObject([{ status: "exited" }]);
    expect(images).toHaveLength(2);
  });

  it("says its steps", async () => {
    const lines = await build("FROM busybox\nRUN echo hello\n", { t: "x:1" });
    const said = lines.map((line) => line.stream ?? "").join("");
    expect(said).toMatch(
      /^Step 1\/2 : FROM busybox\n ---> [0-9a-f]{12}\nStep 2\/2 : RUN echo hello\n ---> Running in [0-9a-f]{12}\nhello\nRemoving intermediate container [0-9a-f]{12}\n ---> [0-9a-f]{12}\nSuccessfully built [0-9a-f]{12}\nSuccessfully tagged x:1\n$/,
    );
  });
});

describe("BuildKit", () => {
  it("sends its messages as it does", async () => {
    const lines = await build("FROM busybox\nRUN echo hello\n", { version: "2" });
    const traces = lines.filter(({ id }) => id === "moby.buildkit.trace");
    const bytes = traces.map(({ aux }) => Buffer.from(String(aux), "base64").toString("latin1"));
    expect(bytes.some((trace) => trace.includes("[2/2] RUN echo hello"))).toBe(true);
    // Field 3 of the status is a log; its field 3 the stream, its field 4 the text.
    expect(
      bytes.some((trace) => trace.startsWith("\x1a") && trace.endsWith('\x18\x01"\x06hello\n')),
    ).toBe(true);
    expect(engine.operations()).toEqual(["Session", "ImageBuild"]);
    expect(engine.snapshot().images.at(-1)).toMatchObject({ tags: [], parent: "" });
  });
});
