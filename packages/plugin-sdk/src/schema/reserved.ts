import { notExpressible } from "./not-expressible.ts";
import type { BlockShape } from "./shape.ts";

/** What a plugin consists of. */
export type ComponentKind = "builder" | "post-processor" | "provisioner" | "data-source";

/**
 * Attributes that Packer takes from a component's block for itself, so that a plugin would never see them.
 *
 * Source: packer `hcl2template/types.build.provisioners.go`, `types.build.post-processor.go`.
 */
const RESERVED: Readonly<Record<ComponentKind, readonly string[]>> = {
  builder: [],
  "data-source": [],
  "post-processor": ["name", "only", "except", "keep_input_artifact"],
  provisioner: [
    "name",
    "only",
    "except",
    "pause_before",
    "max_retries",
    "timeout",
    "continue_on_error",
    "override",
  ],
};

/** @throws {PluginError} `SCHEMA_NOT_EXPRESSIBLE` where a field has a name that is Packer's own. */
export function checkReserved(shape: BlockShape, component: ComponentKind): void {
  for (const name of shape.fields.keys()) {
    if (name.startsWith("packer_")) {
      throw notExpressible(
        name,
        "names that start with packer_ are Packer's own",
        "take Packer's settings from `packer` in the context of `run`",
      );
    }
    if (RESERVED[component].includes(name)) {
      throw notExpressible(name, `Packer takes it from a ${component}'s block itself`, "rename it");
    }
  }
}
