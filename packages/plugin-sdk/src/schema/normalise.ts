import { isRecord, mergeSettings } from "./merge.ts";
import type { BlockShape, ConfigField, ConfigShape } from "./shape.ts";
import { asPrimitive, UNSET } from "./weak.ts";

/** Where a setting is: names of attributes and indices. */
export type SettingPath = readonly (string | number)[];

/** Settings that are ready for the schema, and what was seen on the way. */
export interface NormalisedSettings {
  readonly settings: Record<string, unknown>;
  /** Names that are not among the fields. */
  readonly unknown: readonly SettingPath[];
  /** Deprecated fields that are set. */
  readonly deprecated: readonly { readonly path: SettingPath; readonly instead: string }[];
  /** Texts of fields whose values must not be shown. */
  readonly sensitive: readonly string[];
}

/**
 * Brings settings, as Packer sends them, into the form that the schema's parser wants: what is not set is left out,
 * so that defaults apply; kinds of values are converted (see {@link asPrimitive}); one value becomes a list where a
 * list is wanted, `"a,b"` becomes two; lists of records become a block. A list of blocks that HCL leaves empty counts
 * as not set where the field may be left out.
 */
export function normalise(
  settings: Readonly<Record<string, unknown>>,
  shape: BlockShape,
): NormalisedSettings {
  const walk = new Walk();
  const normal = walk.block(settings, shape, []) as Record<string, unknown>;
  const { unknown, deprecated, sensitive } = walk;
  return { settings: normal, unknown, deprecated, sensitive };
}

class Walk {
  readonly unknown: SettingPath[] = [];
  readonly deprecated: { path: SettingPath; instead: string }[] = [];
  readonly sensitive: string[] = [];

  block(value: unknown, shape: BlockShape, path: SettingPath): unknown {
    const record = asRecord(value);
    if (record === undefined) return value;
    const normal: [string, unknown][] = [];
    for (const [name, item] of Object.entries(record)) {
      const field = shape.fields.get(name);
      if (field !== undefined || item === null || item === undefined) continue;
      if (shape.open) normal.push([name, item]);
      else if (!isPackers(name, path)) this.unknown.push([...path, name]);
    }
    for (const [name, field] of shape.fields) {
      const given = Object.hasOwn(record, name) ? record[name] : undefined;
      const item = this.#field(given, field, [...path, name]);
      if (item !== UNSET) normal.push([name, item]);
    }
    return Object.fromEntries(normal);
  }

  #field(given: unknown, field: ConfigField, path: SettingPath): unknown {
    const value =
      given === undefined || given === null ? UNSET : this.#value(given, field.shape, path);
    const isEmptyBlocks =
      field.shape.kind === "blocks" && Array.isArray(value) && value.length === 0;
    if (value === UNSET || isEmptyBlocks) {
      if (field.optional) return UNSET;
      if (field.shape.kind === "blocks") return [];
      return field.nullable ? null : UNSET;
    }
    if (field.deprecated !== undefined) this.deprecated.push({ path, instead: field.deprecated });
    if (field.sensitive) this.sensitive.push(...textsOf(value));
    return value;
  }

  #value(value: unknown, shape: ConfigShape, path: SettingPath): unknown {
    switch (shape.kind) {
      case "primitive":
        return asPrimitive(value, shape);
      case "list":
        return asList(value, shape.element).map((item, at) =>
          this.#element(item, shape.element, [...path, at]),
        );
      case "blocks":
        return asList(value, shape.block).map((item, at) =>
          this.block(item, shape.block, [...path, at]),
        );
      case "map":
        return this.#map(value, shape.element, path);
      case "block":
        return Array.isArray(value) && value.length === 0 ? UNSET : this.block(value, shape, path);
    }
  }

  #map(value: unknown, element: ConfigShape, path: SettingPath): unknown {
    const record = asRecord(value);
    if (record === undefined) return value;
    return Object.fromEntries(
      Object.entries(record)
        .filter(([, item]) => item !== null && item !== undefined)
        .map(([key, item]) => [key, this.#element(item, element, [...path, key])]),
    );
  }

  /** An element cannot be left out of its list: what counts as not set stays what it is. */
  #element(value: unknown, shape: ConfigShape, path: SettingPath): unknown {
    const normal = this.#value(value, shape, path);
    return normal === UNSET ? value : normal;
  }
}

/** Names that Packer adds to a component's settings. */
function isPackers(name: string, path: SettingPath): boolean {
  return path.length === 0 && (name === "type" || name.startsWith("packer_"));
}

function asList(value: unknown, element: ConfigShape): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === "string" && element.kind === "primitive") {
    return value === "" ? [] : value.split(",");
  }
  return isRecord(value) && Object.keys(value).length === 0 ? [] : [value];
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (Array.isArray(value) && value.every(isRecord)) return mergeSettings(value);
  return isRecord(value) ? value : undefined;
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
