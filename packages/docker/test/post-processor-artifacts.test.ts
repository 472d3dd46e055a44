import { join } from "node:path";
import { type DockerEngineStandIn, startDockerEngine } from "@packerkit/cloud-sim";
import type { Expectations, Subject } from "@packerkit/conformance";
import { describeArtifactConformance } from "@packerkit/conformance/vitest";
import { overTheWire } from "@packerkit/plugin-sdk/test/over-the-wire";
import type { Artifact } from "@packerkit/registry-image";
import { afterAll, beforeAll } from "vitest";
import {
  dockerImport,
  dockerPush,
  dockerSave,
  dockerTag,
  Engine,
  ImportArtifact,
  readEngineAddress,
} from "../src/index.ts";
import { temporaryFolder } from "./harness.ts";
import { committed, exported, postProcess } from "./post-processing.ts";

const SHA256 = /^sha256:[0-9a-f]{64}$/;
const login = {
  login_username: "ada",
  login_password: "lovelace-1815",
  login_server: "registry.example",
};

const expectations = {
  builderId: "packer.post-processor.docker-import",
  provider: "docker",
  imageId: SHA256,
  region: /^docker$/,
  sourceId: SHA256,
  labels: ["SourceImageDigest", "ImageSha256", "PackerArtifactID"],
  stateKeys: ["generated_data"],
  secrets: [login.login_password],
} satisfies Expectations;

let standIn: DockerEngineStandIn;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let present: readonly string[];
beforeAll(async () => {
  folder = await temporaryFolder();
  standIn = await startDockerEngine({
    unixSocket: true,
    registryCredentials: { username: login.login_username, password: login.login_password },
  });
  present = standIn.snapshot().images.map(({ id }) => id);
});
afterAll(async () => {
  await standIn.close();
  await folder[Symbol.asyncDispose]();
});

const testEngine = () => ({
  address: standIn.dockerHost,
  image: "busybox:latest",
  [Symbol.asyncDispose]: async () => {},
});

async function tagged(): Promise<Artifact> {
  const settings = { repository: "registry.example/web", tags: ["1", "2"] };
  const input = await committed(testEngine());
  return (await postProcess(standIn.dockerHost, dockerTag, input, settings)).artifact;
}

/** The handles of an image that a post-processor has made. */
function subjectOf(artifact: Artifact): Subject {
  const engine = new Engine(readEngineAddress(standIn.dockerHost));
  // What the artifact stands for are its names: the image goes with the last of them.
  const remaining = () =>
    standIn
      .snapshot()
      .images.filter(({ id }) => !present.includes(id))
      .flatMap(({ id, tags }) => (tags.length === 0 ? [id] : tags));
  return {
    artifact,
    withGeneratedData: (generatedData) =>
      new ImportArtifact({
        ...{ engine, generatedData },
        id: artifact.id(),
        builderId: artifact.builderId(),
      }),
    remaining,
    breakDestroy: () => {
      const [first] = remaining().toReversed();
      standIn.faults.inject({ kind: "error", operation: "ImageDelete" });
      return first === undefined ? [] : [first];
    },
    dispose: async () => {
      standIn.faults.clear();
      await artifact.destroy();
    },
  };
}

describeArtifactConformance(
  "an image that docker-tag named",
  async () => subjectOf(await tagged()),
  {
    ...expectations,
    builderId: "packer.post-processor.docker-tag",
    labels: [...expectations.labels, "tags"],
    stateKeys: ["generated_data", "docker_tags"],
  },
);

describeArtifactConformance(
  "an image that docker-push pushed",
  async () => {
    const settings = { login: true, ...login };
    const { artifact } = await postProcess(
      standIn.dockerHost,
      dockerPush,
      await tagged(),
      settings,
    );
    return subjectOf(artifact);
  },
  {
    ...expectations,
    labels: [...expectations.labels, "tags", "ImageDigest"],
    stateKeys: ["generated_data", "docker_tags"],
  },
);

describeArtifactConformance(
  "an image that docker-import made",
  async () => {
    const input = await exported(testEngine(), folder.path);
    const settings = { repository: "local/imported", tag: "1" };
    return subjectOf(
      (await postProcess(standIn.dockerHost, dockerImport, input, settings)).artifact,
    );
  },
  expectations,
);

describeArtifactConformance(
  "an image that docker-save passed on",
  async () => {
    const input = await tagged();
    const settings = { path: join(folder.path, "web.tar") };
    const { artifact } = await postProcess(standIn.dockerHost, dockerSave, input, settings);
    return { ...subjectOf(artifact), artifact: passedOn(artifact) };
  },
  { ...expectations, builderId: "packer.post-processor.docker-tag" },
);

/** As Packer gets an artifact that came over the wire and goes on over it. */
function passedOn(artifact: Artifact): Subject["artifact"] {
  const { summary, state, ...rest } = overTheWire(artifact);
  return { ...rest, toString: summary, state: async (name) => (await state(name)) ?? undefined };
}
