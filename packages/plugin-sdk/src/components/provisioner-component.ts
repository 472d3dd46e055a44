import type { Provisioner } from "@packerkit/plugin-protocol";
import type { z } from "zod";
import type { ProvisionerDefinition } from "../provisioner.ts";
import { hclSpecOf } from "../schema/hcl-spec-of.ts";
import { keepingCompiledCode } from "./compiled-code.ts";
import { maskedUi, withMaskedErrors } from "./masking.ts";
import { Prepared } from "./prepared.ts";

/** A provisioner as Packer drives it. */
export function provisionerComponent<Schema extends z.ZodObject>(
  name: string,
  definition: ProvisionerDefinition<Schema>,
): Provisioner {
  const prepared = new Prepared(name, definition.config);
  return {
    configSpec: () => hclSpecOf(definition.config, "provisioner"),
    async prepare(configs) {
      prepared.readAndLogWarnings(configs);
    },
    async provision(ui, communicator, generatedData, { signal }) {
      const { config, packer } = prepared.get();
      const context = { config, packer, ui: maskedUi(ui), communicator, generatedData, signal };
      await keepingCompiledCode(() => withMaskedErrors(() => definition.run(context)));
    },
  };
}
