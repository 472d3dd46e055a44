import { definePostProcessor, runSteps, type Step, type Ui } from "@packerkit/plugin-sdk";
import { z } from "zod";
import { ImportArtifact } from "../artifact.ts";
import { Engine } from "../client.ts";
import { readEngineAddress } from "../engine-address.ts";
import type { ImageDetails } from "../engine-answers.ts";
import { DockerError } from "../errors.ts";
import type { PlatformSpec } from "../image-client.ts";
import { familiarName, isImageId, splitTag } from "../image-reference.ts";
import { boundedSayer, describePush } from "../progress.ts";
import { credentialsFor, isUnauthorized, withoutPassword } from "../registry-credentials.ts";
import {
  checkLogin,
  engineFields,
  type LoginSettings,
  leftOutEngineFields,
  leftOutRegistryFields,
  loginFields,
  refuseLeftOut,
} from "../shared-settings.ts";
import { acceptImages, demandImage, type InputImage, readInputImage } from "./input-artifact.ts";

/** How many lines of one push's progress are shown. */
const PUSH_LINES = 60;

/** The first version of the engine's API that pushes one platform of several, and the engine that came with it. */
const PLATFORM_API = { minor: 46, engine: "27.1" };

const fields = {
  ...loginFields,
  platform: z
    .string()
    .regex(
      /^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9.]+)?$/,
      "is no platform; use for instance linux/arm64",
    )
    .optional()
    .describe("Which platform of the image to push, such as linux/arm64. Default: all."),
  ...engineFields,
  ...leftOutRegistryFields,
  ...leftOutEngineFields,
};

const schema = z.strictObject(fields).superRefine((config, context) => {
  const refuse = (attribute: string, message: string) =>
    context.addIssue({ code: "custom", path: [attribute], message });
  refuseLeftOut(config, refuse);
  checkLogin(config, refuse);
});

/** What the steps of one run share. */
interface PushState {
  readonly engine: Engine;
  readonly ui: Ui;
  readonly input: InputImage;
  readonly names: readonly string[];
  readonly login: LoginSettings;
  readonly platform: PlatformSpec | undefined;
  /** What the registry has already. */
  readonly pushed: { name: string; digest: string | undefined }[];
  image?: ImageDetails;
}

const checkPlatform: Step<PushState> = {
  name: "Check the platform",

  async run({ engine, platform }, signal) {
    if (platform === undefined) return;
    const { ApiVersion: api, Version: version } = await engine.version({ signal });
    const [major = 0, minor = 0] = api.split(".").map(Number);
    if (major > 1 || minor >= PLATFORM_API.minor) return;
    throw new DockerError(
      "ENGINE_UNSUPPORTED",
      `the Docker Engine ${version} at ${engine.address} cannot push one platform of an image: leave platform out, or use an engine from ${PLATFORM_API.engine} on`,
    );
  },
};

const pushNames: Step<PushState> = {
  name: "Push the image",

  async run(state, signal) {
    const { engine, input, login, names, platform, pushed, ui } = state;
    for (const name of names) {
      state.image = await demandImage(engine, input, name, signal);
      ui.say(`Pushing ${name}`);
      const say = boundedSayer(ui, PUSH_LINES);
      const onProgress: Parameters<typeof engine.pushImage>[3] = (entry) => {
        const line = describePush(entry);
        if (line !== undefined) say(line);
      };
      try {
        const credentials = credentialsFor(login, name);
        const digest = await engine.pushImage(name, platform, credentials, onProgress, { signal });
        pushed.push({ name, digest });
      } catch (error) {
        throw error instanceof DockerError ? pushError(state, error) : error;
      }
    }
    // The engine may know what its progress did not tell.
    if (pushed[0]?.digest === undefined) {
      state.image = await demandImage(engine, input, names[0], signal);
    }
  },
};

/**
 * Pushes an image under all its names, and notes the digest under which the registry has it. Credentials are shown to
 * the registry that they are for, and to no other one.
 *
 * Source: packer-plugin-docker 1.1.4, `post-processor/docker-push/post-processor.go`.
 */
export const dockerPush = definePostProcessor({
  config: schema,

  async run({ config, artifact, ui, signal }) {
    const input = await readInputImage(artifact, acceptImages("docker-push"));
    const names = namesOf(input);
    const engine = new Engine(readEngineAddress(config.docker_host));
    const platform = readPlatform(config.platform);
    const state: PushState = { engine, ui, input, names, login: config, platform, pushed: [] };
    await runSteps([checkPlatform, pushNames], state, { ui, signal });
    const image = state.image as ImageDetails;
    const Digest = digestOf(state);
    const pushed = new ImportArtifact({
      engine,
      id: names[0] as string,
      generatedData: { ...input.generatedData, ImageSha256: image.id, Digest },
      tags: input.tags,
      baseImages: input.baseImages,
    });
    return { artifact: pushed, keep: true };
  },
});

/** @throws {DockerError} `ARTIFACT_UNSUPPORTED` for an image without a name. */
function namesOf({ id, tags }: InputImage): string[] {
  const names = new Set(isImageId(id) ? tags : [id, ...tags]);
  if (names.size > 0) return [...names];
  throw new DockerError(
    "ARTIFACT_UNSUPPORTED",
    `the image ${id} has no name that it could be pushed under: put docker-tag before docker-push, in the same post-processors block`,
  );
}

function readPlatform(text: string | undefined): PlatformSpec | undefined {
  const [os, architecture, variant] = text?.split("/") ?? [];
  if (os === undefined || architecture === undefined) return undefined;
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/** The first name's digest as `repository@sha256:…`; empty where nobody tells it. */
function digestOf({ image, names, pushed }: PushState): string {
  const repository = familiarName(splitTag(names[0] as string).fromImage);
  const digest = pushed[0]?.digest;
  if (digest !== undefined) return `${repository}@${digest}`;
  return image?.digests.find((known) => known.startsWith(`${repository}@`)) ?? "";
}

function pushError({ login, pushed }: PushState, error: DockerError): DockerError {
  if (error.code !== "ENGINE_REFUSED") return error;
  const reason = withoutPassword(error.message, login);
  const before = pushed.map(({ name }) => name).join(", ");
  const rest = before === "" ? "" : `; the registry has taken ${before} before that`;
  // The cause is left out: it repeats the words that the password was taken from.
  const status = { status: error.status };
  if (isUnauthorized(error)) {
    const cure = login.login
      ? "check login_username, login_password and login_server, and that the user may push there"
      : "set login, login_username, login_password and, unless it is Docker Hub, login_server";
    return new DockerError("PUSH_UNAUTHORIZED", `${reason}: ${cure}${rest}`, status);
  }
  const cure = "check the name, and whether the engine reaches the registry";
  return new DockerError("PUSH_FAILED", `${reason}: ${cure}${rest}`, status);
}
