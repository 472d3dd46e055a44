import type { PostProcessor } from "@packerkit/plugin-protocol";
import type { z } from "zod";
import type { PostProcessorDefinition } from "../post-processor.ts";
import { hclSpecOf } from "../schema/hcl-spec-of.ts";
import { keepingCompiledCode } from "./compiled-code.ts";
import { maskedUi, withMaskedErrors } from "./masking.ts";
import { Prepared } from "./prepared.ts";

/** A post-processor as Packer drives it. */
export function postProcessorComponent<Schema extends z.ZodObject>(
  name: string,
  definition: PostProcessorDefinition<Schema>,
): PostProcessor {
  const prepared = new Prepared(name, definition.config);
  return {
    configSpec: () => hclSpecOf(definition.config, "post-processor"),
    async configure(configs) {
      prepared.readAndLogWarnings(configs);
    },
    async postProcess(ui, artifact, { signal }) {
      const { config, packer } = prepared.get();
      const context = { config, packer, artifact, ui: maskedUi(ui), signal };
      const {
        artifact: result,
        keep = false,
        force = false,
      } = await keepingCompiledCode(() => withMaskedErrors(() => definition.run(context)));
      return { artifact: result, keep, forceOverride: force };
    },
  };
}
