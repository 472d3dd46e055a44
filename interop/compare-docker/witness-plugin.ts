import { writeFile } from "node:fs/promises";
import { DEFAULT_COMPONENT, definePostProcessor, runPlugin } from "@packerkit/plugin-sdk";
import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { z } from "zod";

// Writes down what an artifact says of itself, as whatever comes after it in a template sees it, and hands it on.
const witness = definePostProcessor({
  config: z.strictObject({ path: z.string().describe("The file to write, as JSON.") }),
  async run({ artifact, config }) {
    const seen = {
      builderId: await artifact.builderId(),
      id: await artifact.id(),
      files: await artifact.files(),
      metadata: await artifact.state(ARTIFACT_STATE_URI),
      generatedData: await artifact.state("generated_data"),
      tags: await artifact.state("docker_tags"),
    };
    await writeFile(config.path, JSON.stringify(seen));
    return { artifact, keep: true, force: true };
  },
});

runPlugin({ version: "0.1.0", postProcessors: { [DEFAULT_COMPONENT]: async () => witness } });
