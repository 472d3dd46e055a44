import { randomBytes } from "node:crypto";
import { definePostProcessor, runSteps, type Step, type Ui } from "@packerkit/plugin-sdk";
import { z } from "zod";
import { Engine } from "../client.ts";
import { readEngineAddress } from "../engine-address.ts";
import { DockerError } from "../errors.ts";
import { isImageId, splitTag } from "../image-reference.ts";
import { closeOutputFile, type OutputFile, openOutputFile, writeArchive } from "../output-file.ts";
import { sizeSayer } from "../progress.ts";
import { engineFields, leftOutEngineFields, refuseLeftOut } from "../shared-settings.ts";
import { acceptImages, demandImage, type InputImage, readInputImage } from "./input-artifact.ts";

const fields = {
  path: z
    .string()
    .regex(/[^/\\]$/, "must name a file, such as ./web.tar")
    .describe("The file to write: a tar archive, as docker load takes it."),
  ...engineFields,
  ...leftOutEngineFields,
};

const schema = z.strictObject(fields).superRefine((config, context) => {
  refuseLeftOut(config, (attribute, message) =>
    context.addIssue({ code: "custom", path: [attribute], message }),
  );
});

/** What the steps of one run share. */
interface SaveState {
  readonly engine: Engine;
  readonly ui: Ui;
  readonly input: InputImage;
  readonly path: string;
  readonly token: string;
  file?: OutputFile;
}

const prepareFile: Step<SaveState> = {
  name: "Prepare the file",

  async run(state) {
    try {
      state.file = await openOutputFile(state.path, state.token);
    } catch (cause) {
      throw saveError(
        `cannot write to the path ${JSON.stringify(state.path)} (${reasonOf(cause)}): name a file, such as ./web.tar, in a folder that you may write to`,
        cause,
      );
    }
  },

  async cleanUp({ file }, outcome) {
    if (file !== undefined) await closeOutputFile(file, outcome === "succeeded");
  },

  leftBehind: ({ file }) => (file === undefined ? [] : [`file ${file.temporaryPath}`]),
};

const saveImage: Step<SaveState> = {
  name: "Save the image",

  async run({ engine, file, input, ui }, signal) {
    const { path } = file as OutputFile;
    const name = nameOf(input);
    await demandImage(engine, input, name, signal);
    ui.say(`Saving ${name} to ${path}`);
    const archive = await engine.saveImage(name, { signal });
    try {
      await writeArchive(archive, file as OutputFile, signal, sizeSayer(ui, "Saved"));
    } catch (cause) {
      signal.throwIfAborted();
      throw saveError(
        `${name} could not be saved to ${path}: ${reasonOf(cause)}; see whether the disk is full and whether the engine still runs`,
        cause,
      );
    }
  },
};

/**
 * Writes an image with its layers and its name to a file, which appears only when it is whole. The artifact that came
 * in is passed on as it is.
 *
 * Source: packer-plugin-docker 1.1.4, `post-processor/docker-save/post-processor.go`.
 */
export const dockerSave = definePostProcessor({
  config: schema,

  async run({ config, artifact, ui, signal }) {
    const input = await readInputImage(artifact, acceptImages("docker-save"));
    const engine = new Engine(readEngineAddress(config.docker_host));
    const token = `packerkit-${randomBytes(8).toString("hex")}`;
    const state: SaveState = { engine, ui, input, path: config.path, token };
    await runSteps([prepareFile, saveImage], state, { ui, signal });
    return { artifact, keep: true };
  },
});

/** With a tag: for a repository alone the engine would save all that it has of it. */
function nameOf({ id }: InputImage): string {
  if (isImageId(id) || id.includes("@")) return id;
  const { fromImage, tag } = splitTag(id);
  return `${fromImage}:${tag}`;
}

function saveError(message: string, cause: unknown): DockerError {
  return new DockerError("SAVE_FAILED", message, { cause });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
