import assert from "node:assert/strict";
import { defineBuilder, runBuild, runSteps, type Step } from "@packerkit/plugin-sdk";
import { type Artifact, answerState, fromArtifact, withRegion } from "@packerkit/registry-image";
import { z } from "zod";

const cloud = new Set<string>();

class CloudImage implements Artifact {
  builderId = () => "example.cloud";
  files = () => [];
  id = () => "image-1";
  toString = () => "The image image-1";
  state = (name: string) => answerState(name, {}, () => fromArtifact(this, withRegion("here")));
  destroy = async () => void cloud.delete("image-1");
}

const builder = defineBuilder({
  config: z.strictObject({
    image_name: z.string().min(1).describe("The name of the image to create."),
    machine_type: z.string().default("small"),
  }),

  async run({ config, ui, signal, packer }) {
    const startMachine: Step<object> = {
      name: "Start machine",
      async run() {
        ui.say(`Starting a ${config.machine_type} machine`);
        cloud.add("machine-1");
      },
      async cleanUp() {
        cloud.delete("machine-1");
      },
    };
    const createImage: Step<object> = {
      name: "Create image",
      async run() {
        ui.say(`Creating the image ${config.image_name}`);
        cloud.add("image-1");
      },
      async cleanUp(_, outcome) {
        if (outcome !== "succeeded") cloud.delete("image-1");
      },
    };
    await runSteps([startMachine, createImage], {}, { ui, signal, onError: packer.onError });
    return new CloudImage();
  },
});

const artifact = await runBuild(builder, { config: { image_name: "web-1" } });

assert.equal(artifact?.id(), "image-1");
assert.deepEqual([...cloud], ["image-1"]);
await assert.rejects(runBuild(builder, { config: {} }), /image_name/);
