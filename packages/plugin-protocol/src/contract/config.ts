import type { CtyValue } from "../cty/index.ts";

/**
 * One of the things that Packer hands a component to configure it with: the settings of an HCL template, as a typed
 * value; or a plain map, as Packer's own `packer_…` settings and the settings of a JSON template come.
 */
export type Config =
  | { readonly kind: "cty"; readonly value: CtyValue }
  | { readonly kind: "plain"; readonly value: Readonly<Record<string, unknown>> };
