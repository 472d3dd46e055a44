import { invalid } from "./errors.ts";

export type Body = Readonly<Record<string, unknown>>;

/** A part of a request's body, as an object; empty where it is missing. */
export function block(body: Body, field: string): Body {
  const value = body[field] ?? {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Body;
  throw invalid(`resource.${field}`, value, "It must be an object.");
}

/** A list of objects in a request's body; empty where it is missing. */
export function blocks(body: Body, field: string): Body[] {
  const value = body[field] ?? [];
  if (Array.isArray(value)) return value as Body[];
  throw invalid(`resource.${field}`, value, "It must be a list.");
}

/** A text in a request's body; empty where it is missing. */
export function text(body: Body, field: string): string {
  const value = body[field] ?? "";
  if (typeof value === "string") return value;
  throw invalid(`resource.${field}`, value, "It must be a text.");
}

/** A list of texts; empty where it is missing. */
export function texts(body: Body, field: string): string[] {
  return blocks(body, field).map(String);
}

/** A whole number, which JSON writes as a text; `undefined` where it is missing or zero. */
export function size(body: Body, field: string): number | undefined {
  const value = Number(body[field] ?? 0);
  if (Number.isSafeInteger(value) && value >= 0) return value === 0 ? undefined : value;
  throw invalid(`resource.${field}`, body[field], "It must be a positive whole number.");
}

const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** Labels; `undefined` where there are none. */
export function labels(body: Body): Record<string, string> | undefined {
  const entries = Object.entries(block(body, "labels"));
  for (const [key, value] of entries) {
    if (!LABEL_KEY.test(key)) throw invalid("resource.labels", key, "The label key is invalid.");
    if (typeof value !== "string" || !LABEL_VALUE.test(value)) {
      throw invalid("resource.labels", value, "The label value is invalid.");
    }
  }
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Record<string, string>);
}
