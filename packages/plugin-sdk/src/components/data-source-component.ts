import { ctyFromPlain, ctyTypeOfSpec, type DataSource } from "@packerkit/plugin-protocol";
import type { z } from "zod";
import type { DataSourceDefinition } from "../data-source.ts";
import { hclSpecOf } from "../schema/hcl-spec-of.ts";
import { keepingCompiledCode } from "./compiled-code.ts";
import { withMaskedErrors } from "./masking.ts";
import { Prepared } from "./prepared.ts";

/** A data source as Packer drives it. Its answer is checked by its own schema before it leaves. */
export function dataSourceComponent<Schema extends z.ZodObject, Output extends z.ZodObject>(
  name: string,
  definition: DataSourceDefinition<Schema, Output>,
): DataSource {
  const prepared = new Prepared(name, definition.config);
  const outputSpec = () => hclSpecOf(definition.output);
  return {
    configSpec: () => hclSpecOf(definition.config, "data-source"),
    outputSpec,
    async configure(configs) {
      prepared.readAndLogWarnings(configs);
    },
    async execute({ signal }) {
      const { config, packer } = prepared.get();
      const answer = await keepingCompiledCode(() =>
        withMaskedErrors(async () =>
          definition.output.parse(await definition.run({ config, packer, signal })),
        ),
      );
      return ctyFromPlain(answer, ctyTypeOfSpec(outputSpec()));
    },
  };
}
