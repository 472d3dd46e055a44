import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { definePostProcessor, runSteps, type Step, type Ui } from "@packerkit/plugin-sdk";
import { z } from "zod";
import { BUILDER_ID_EXPORT, ImportArtifact } from "../artifact.ts";
import { BUILD_LABEL, cleanUpCall, make, removeAll } from "../build-state.ts";
import { Engine } from "../client.ts";
import { readEngineAddress } from "../engine-address.ts";
import { DockerError } from "../errors.ts";
import { type GivenName, giveName, takeBackNames } from "../image-names.ts";
import { engineFields, leftOutEngineFields, refuseLeftOut } from "../shared-settings.ts";
import { checkTags, fullNames, repositoryField, tagField } from "./image-name.ts";
import {
  type Accepted,
  demandKind,
  type IncomingArtifact,
  readGeneratedData,
} from "./input-artifact.ts";

const fields = {
  repository: repositoryField,
  tag: tagField.optional().describe("The tag. Default: latest."),
  changes: z
    .array(z.string())
    .default([])
    .describe("Dockerfile instructions to apply to the image, such as `USER app`."),
  platform: z.string().optional().describe("The platform of the image, such as linux/arm64."),
  ...engineFields,
  ...leftOutEngineFields,
};

const schema = z.strictObject(fields).superRefine((config, context) => {
  const refuse = (attribute: string, message: string) =>
    context.addIssue({ code: "custom", path: [attribute], message });
  refuseLeftOut(config, refuse);
  checkTags("tag", { ...config, tags: tagsOf(config) }, refuse);
});

const accepted: Accepted = {
  postProcessor: "docker-import",
  builderIds: [BUILDER_ID_EXPORT, "packer.post-processor.artifice"],
  cure: "set export_path in the source; what commit = true makes is an image already",
};

/** What the steps of one run share. */
interface ImportState {
  readonly engine: Engine;
  readonly ui: Ui;
  readonly config: z.output<typeof schema>;
  readonly path: string;
  readonly name: string;
  /** Labels the image, so that it is found again where the engine's answer was lost. */
  readonly token: string;
  readonly made: { asked: boolean; isUncertain: boolean; image?: string };
  readonly given: GivenName[];
}

const importArchive: Step<ImportState> = {
  name: "Import the archive",

  async run(state, signal) {
    const { config, engine, made, path, ui } = state;
    const archive = await openArchive(path);
    ui.say(`Importing ${path}`);
    // Cancelled only while there is more to send: then the engine knows that it has not got all.
    const cancel = () => archive.readableEnded || archive.destroy(signal.reason);
    signal.addEventListener("abort", cancel, { once: true });
    const changes = [...config.changes, `LABEL ${labelOf(state)}`];
    try {
      made.image = await make(made, () =>
        engine.importImage(archive, { changes, platform: config.platform }),
      );
    } catch (cause) {
      signal.throwIfAborted();
      throw cause instanceof DockerError ? importError(path, cause) : cause;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
    ui.say(`Image ${made.image}`);
  },

  async cleanUp(state, outcome) {
    const { engine, made } = state;
    if (outcome === "succeeded") return;
    await removeAll(made, async () => {
      const ids = await engine.imagesLabelled(labelOf(state), cleanUpCall());
      for (const id of ids) await engine.removeImage(id, cleanUpCall());
      return ids.length > 0;
    });
  },

  leftBehind(state) {
    const { made } = state;
    if (!made.asked) return [];
    return [
      made.image === undefined
        ? `an image with the label ${labelOf(state)}`
        : `image ${made.image}`,
    ];
  },
};

const nameImage: Step<ImportState> = {
  name: "Tag the image",

  async run({ engine, given, made, name, ui }, signal) {
    ui.say(`Tagging ${made.image} as ${name}`);
    await giveName(engine, made.image as string, name, given, signal);
  },

  async cleanUp({ engine, given, made }, outcome) {
    if (outcome !== "succeeded") await takeBackNames(engine, made.image as string, given);
  },

  leftBehind: ({ given }) => given.map(({ name }) => `name ${name}`),
};

/**
 * Makes an image of an archive that the docker builder has exported, or that artifice names.
 *
 * Source: packer-plugin-docker 1.1.4, `post-processor/docker-import/post-processor.go`.
 */
export const dockerImport = definePostProcessor({
  config: schema,

  async run({ config, artifact, ui, signal }) {
    const [name = ""] = fullNames(config.repository, tagsOf(config));
    await demandKind(artifact, accepted);
    const path = await demandFile(artifact, ui);
    const generatedData = await readGeneratedData(artifact);
    const engine = new Engine(readEngineAddress(config.docker_host));
    const token = `packerkit-${randomBytes(8).toString("hex")}`;
    const made: ImportState["made"] = { asked: false, isUncertain: false };
    const state: ImportState = { engine, ui, config, path, name, token, made, given: [] };
    await runSteps([importArchive, nameImage], state, { ui, signal });
    const imported = new ImportArtifact({
      engine,
      id: name,
      generatedData: { ...generatedData, ImageSha256: made.image },
    });
    return { artifact: imported };
  },
});

function tagsOf({ tag }: { tag?: string | undefined }): string[] {
  return tag === undefined ? [] : [tag];
}

function labelOf({ token }: ImportState): string {
  return `${BUILD_LABEL}=${token}`;
}

/** As in the official plugin, it is the first file that counts. */
async function demandFile(artifact: IncomingArtifact, ui: Ui): Promise<string> {
  const [path, ...others] = await artifact.files();
  if (path === undefined) {
    throw new DockerError(
      "ARTIFACT_UNSUPPORTED",
      `docker-import needs a file, and ${await artifact.summary()} has none: set export_path in the source instead of discard`,
    );
  }
  if (others.length > 0) ui.say(`Only ${path} is imported, not ${others.join(", ")}`);
  return path;
}

async function openArchive(path: string): Promise<Readable> {
  try {
    const handle = await open(path);
    if (!(await handle.stat()).isFile()) {
      await handle.close();
      throw new Error("it is no file");
    }
    const archive = handle.createReadStream();
    // An error ends the call that reads it; one that comes before or after concerns nobody.
    archive.on("error", () => {});
    return archive;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DockerError(
      "IMPORT_FAILED",
      `the archive ${JSON.stringify(path)} cannot be read (${reason}): see whether something removed it after the build`,
      { cause },
    );
  }
}

function importError(path: string, error: DockerError): DockerError {
  if (error.code !== "ENGINE_REFUSED" && error.code !== "BAD_ANSWER") return error;
  return new DockerError(
    "IMPORT_FAILED",
    `${path} could not be imported: ${error.message}; see whether it is a whole tar archive, and check changes and platform`,
    { cause: error, status: error.status },
  );
}
