import { type CtyType, ctyType } from "../cty/index.ts";

/** A type that an attribute in a spec may have: what `rpc/hcl_spec.proto` can say. */
export type HclType =
  | { readonly kind: "string" }
  | { readonly kind: "number" }
  | { readonly kind: "bool" }
  | { readonly kind: "list"; readonly element: HclType }
  | { readonly kind: "map"; readonly element: HclType };

/**
 * What a component accepts in a template, as it tells Packer, which reads the template by it. The spec of a whole
 * component is an `object`.
 *
 * Source: packer-plugin-sdk `rpc/hcl_spec.proto`; the names are those of hashicorp/hcl `hcldec`.
 */
export type HclSpec =
  | {
      readonly kind: "object";
      readonly attributes: Readonly<Record<string, HclSpec>>;
    }
  /** `name = value` */
  | {
      readonly kind: "attr";
      readonly name: string;
      readonly type: HclType;
      readonly required: boolean;
    }
  /** `name { … }`, at most once */
  | {
      readonly kind: "block_value";
      readonly name: string;
      readonly required: boolean;
      readonly nested: HclSpec;
    }
  /** `name { … }`, any number of times */
  | { readonly kind: "block_list"; readonly name: string; readonly nested: HclSpec };

/** The spec of a whole component. */
export type HclObjectSpec = Extract<HclSpec, { kind: "object" }>;

/**
 * The type of the value that comes of reading a template by a spec.
 *
 * Source: hashicorp/hcl `hcldec/public.go`, `ImpliedType`.
 */
export function ctyTypeOfSpec(spec: HclSpec): CtyType {
  switch (spec.kind) {
    case "object":
      return ctyType.object(
        Object.fromEntries(
          Object.entries(spec.attributes).map(([name, nested]) => [name, ctyTypeOfSpec(nested)]),
        ),
      );
    case "attr":
      return spec.type;
    case "block_value":
      return ctyTypeOfSpec(spec.nested);
    case "block_list":
      return ctyType.list(ctyTypeOfSpec(spec.nested));
  }
}
