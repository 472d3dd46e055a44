import type { Builder } from "@packerkit/plugin-protocol";
import type { z } from "zod";
import type { BuilderDefinition } from "../builder.ts";
import { hclSpecOf } from "../schema/hcl-spec-of.ts";
import { keepingCompiledCode } from "./compiled-code.ts";
import { maskedUi, withMaskedErrors } from "./masking.ts";
import { Prepared } from "./prepared.ts";

/** A builder as Packer drives it. */
export function builderComponent<Schema extends z.ZodObject>(
  name: string,
  definition: BuilderDefinition<Schema>,
): Builder {
  const prepared = new Prepared(name, definition.config);
  return {
    configSpec: () => hclSpecOf(definition.config, "builder"),
    async prepare(configs) {
      const { config, warnings } = prepared.read(configs);
      return {
        generatedVariables: definition.generatedData ?? [],
        warnings: [
          ...warnings,
          ...(config === undefined ? [] : (definition.warnings?.(config) ?? [])),
        ],
      };
    },
    async run(ui, hook, { signal }) {
      const { config, packer } = prepared.get();
      const context = { config, packer, ui: maskedUi(ui), hook, signal };
      return await keepingCompiledCode(() => withMaskedErrors(() => definition.run(context)));
    },
  };
}
