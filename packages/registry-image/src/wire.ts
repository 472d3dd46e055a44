import { describeValue, RegistryImageError } from "./errors.ts";
import type { Image } from "./image.ts";
import { assignLabel } from "./labels.ts";

/** An image as it crosses the wire between a plugin and Packer: the field names of the Go struct. */
export interface WireImage {
  ImageID: string;
  ProviderName: string;
  ProviderRegion: string;
  Labels: Record<string, string>;
  SourceImageID: string;
}

/** Puts an image into its wire form. The labels are copied: changing one form does not change the other. */
export function toWire(image: Image): WireImage {
  const labels: Record<string, string> = {};
  for (const key of Object.keys(image.labels)) {
    assignLabel(labels, key, image.labels[key] as string);
  }
  return {
    ImageID: image.imageId,
    ProviderName: image.providerName,
    ProviderRegion: image.providerRegion,
    Labels: labels,
    SourceImageID: image.sourceImageId,
  };
}

/**
 * Reads images off the wire the way Packer core does: one map or a list of maps, field names in any case, numbers
 * and booleans taken as strings, unknown fields ignored, missing ones empty. `null` and `undefined` are no images.
 *
 * Source: `completeBuild`, packer `internal/hcp/registry/types.bucket.go` (mapstructure with WeaklyTypedInput).
 *
 * @throws {RegistryImageError} `NOT_AN_IMAGE` where a value cannot be read so; the message names the field.
 */
export function fromWire(answer: unknown): Image[] {
  if (answer === null || answer === undefined) return [];
  if (Array.isArray(answer)) return answer.map((one, index) => decodeImage(one, `[${index}]`));
  return [decodeImage(answer)];
}

const fields = new Map<string, Exclude<keyof Image, "labels">>([
  ["imageid", "imageId"],
  ["providername", "providerName"],
  ["providerregion", "providerRegion"],
  ["sourceimageid", "sourceImageId"],
]);

const wireNames: ReadonlySet<string> = new Set([
  "ImageID",
  "ProviderName",
  "ProviderRegion",
  "SourceImageID",
  "Labels",
]);

/** Reads one image; `path` is where it stands in the answer, for error messages. */
export function decodeImage(value: unknown, path = ""): Image {
  const image: Image = {
    imageId: "",
    providerName: "",
    providerRegion: "",
    labels: {},
    sourceImageId: "",
  };
  for (const [key, entry] of inDecodingOrder(entriesOf(value, path))) {
    const lowered = key.toLowerCase();
    if (lowered === "labels") {
      image.labels = decodeLabels(entry, `${path}.${key}`);
      continue;
    }
    const field = fields.get(lowered);
    if (field !== undefined) image[field] = decodeText(entry, `${path}.${key}`);
  }
  return image;
}

/** A field's exact name wins over one that differs in case, so it is decoded last. */
function inDecodingOrder(entries: [string, unknown][]): [string, unknown][] {
  if (entries.every(([key]) => wireNames.has(key))) return entries;
  return entries.sort(([a], [b]) => Number(wireNames.has(a)) - Number(wireNames.has(b)));
}

/** Labels are a map, or, weakly typed, a list of maps that are merged in order. */
function decodeLabels(value: unknown, path: string): Record<string, string> {
  const labels: Record<string, string> = {};
  if (value === null || value === undefined) return labels;
  for (const map of Array.isArray(value) ? value : [value]) {
    for (const [key, entry] of entriesOf(map, path)) {
      assignLabel(labels, key, decodeText(entry, `${path}.${key}`));
    }
  }
  return labels;
}

function decodeText(value: unknown, path: string): string {
  if (value === null || value === undefined) return "";
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "1" : "0"; // as mapstructure writes them
    case "number":
    case "bigint":
      return decimal(value);
  }
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  throw new RegistryImageError(
    "NOT_AN_IMAGE",
    `the image field ${path.replace(/^\./, "")} should be text, not ${describeValue(value)}`,
  );
}

/** Without an exponent, as Go's `strconv.FormatFloat(value, 'f', -1, 64)` writes it. */
function decimal(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isInteger(value)) return BigInt(value).toString();
  const text = String(value);
  const small = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text);
  if (small === null) return text;
  const [, sign, head, tail = "", exponent] = small;
  return `${sign}0.${"0".repeat(Number(exponent) - 1)}${head}${tail}`;
}

function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (value instanceof Map) return [...value].map(([key, entry]) => [String(key), entry]);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value);
  }
  throw new RegistryImageError(
    "NOT_AN_IMAGE",
    `${path === "" ? "the state" : path.replace(/^\./, "")} should be a map of image fields, not ${describeValue(value)}`,
  );
}
