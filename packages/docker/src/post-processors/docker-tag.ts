import { definePostProcessor, runSteps, type Step, type Ui } from "@packerkit/plugin-sdk";
import { z } from "zod";
import { BUILDER_ID_TAG, ImportArtifact } from "../artifact.ts";
import { Engine } from "../client.ts";
import { readEngineAddress } from "../engine-address.ts";
import { type GivenName, giveName, takeBackNames } from "../image-names.ts";
import { engineFields, leftOutEngineFields, refuseLeftOut } from "../shared-settings.ts";
import { checkTags, fullNames, repositoryField, tagField } from "./image-name.ts";
import { acceptImages, demandImage, type InputImage, readInputImage } from "./input-artifact.ts";

const fields = {
  repository: repositoryField,
  tags: z.array(tagField).default([]).describe("The tags. Default: latest."),
  tag: z
    .array(tagField)
    .default([])
    .meta({ description: "The old name of tags.", deprecated: true, instead: "use tags" }),
  force: z.boolean().default(false).meta({
    description: "Has no effect: a name that another image has is given anew in any case.",
    deprecated: true,
    instead: "leave it out, because a name that another image has is given anew in any case",
  }),
  ...engineFields,
  ...leftOutEngineFields,
};

const schema = z.strictObject(fields).superRefine((config, context) => {
  const refuse = (attribute: string, message: string) =>
    context.addIssue({ code: "custom", path: [attribute], message });
  refuseLeftOut(config, refuse);
  checkTags("tags", { ...config, tags: [...config.tags, ...config.tag] }, refuse);
});

/** What the steps of one run share. */
interface TagState {
  readonly engine: Engine;
  readonly ui: Ui;
  readonly input: InputImage;
  readonly names: readonly string[];
  readonly given: GivenName[];
  /** The image's id. */
  image?: string;
}

const giveNames: Step<TagState> = {
  name: "Tag the image",

  async run(state, signal) {
    const { engine, given, input, names, ui } = state;
    const { id: image } = await demandImage(engine, input, undefined, signal);
    state.image = image;
    for (const name of names) {
      ui.say(`Tagging ${image} as ${name}`);
      await giveName(engine, image, name, given, signal);
    }
  },

  async cleanUp({ engine, given, image }, outcome) {
    if (outcome === "succeeded" || image === undefined) return;
    await takeBackNames(engine, image, given);
  },

  leftBehind: ({ given }) => given.map(({ name }) => `name ${name}`),
};

/**
 * Gives an image of the docker builder names. The image that came in stays whatever the template says: without it
 * there would be nothing that bears the names.
 *
 * Source: packer-plugin-docker 1.1.4, `post-processor/docker-tag/post-processor.go`.
 */
export const dockerTag = definePostProcessor({
  config: schema,

  async run({ config, artifact, ui, signal }) {
    const tags = [...config.tags, ...config.tag];
    const names = fullNames(config.repository, tags);
    const input = await readInputImage(artifact, acceptImages("docker-tag"));
    const engine = new Engine(readEngineAddress(config.docker_host));
    const state: TagState = { engine, ui, input, names, given: [] };
    await runSteps([giveNames], state, { ui, signal });
    const tagged = new ImportArtifact({
      engine,
      id: names.at(-1) as string,
      builderId: BUILDER_ID_TAG,
      generatedData: { ...input.generatedData, ImageSha256: state.image },
      tags: tags.length === 0 ? [] : names,
      baseImages: input.baseImages,
    });
    return { artifact: tagged, keep: true, force: true };
  },
});
