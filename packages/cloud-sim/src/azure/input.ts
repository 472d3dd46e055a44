import { invalidParameter } from "./errors.ts";

export type Body = Readonly<Record<string, unknown>>;

/** A part of a request's body, as an object; empty where it is missing. */
export function block(body: Body, field: string): Body {
  const value = body[field] ?? {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Body;
  throw invalidParameter(field, "It must be an object.");
}

/** A list of objects in a request's body; empty where it is missing. */
export function blocks(body: Body, field: string): Body[] {
  const value = body[field] ?? [];
  if (Array.isArray(value)) return value as Body[];
  throw invalidParameter(field, "It must be a list.");
}

/** A text in a request's body; empty where it is missing. */
export function text(body: Body, field: string): string {
  const value = body[field] ?? "";
  if (typeof value === "string") return value;
  throw invalidParameter(field, "It must be a text.");
}

/** A part far down in a request's body; empty where any part above it is missing. */
export function deep(body: Body, ...fields: string[]): Body {
  return fields.reduce(block, body);
}

/** The most and the longest tags that a resource may have. */
const TAGS = { count: 50, key: 512, value: 256 };

/** A request's tags; `undefined` where it names none. */
export function tags(body: Body): Record<string, string> | undefined {
  if (body["tags"] === undefined || body["tags"] === null) return undefined;
  const entries = Object.entries(block(body, "tags"));
  if (entries.length > TAGS.count) {
    throw invalidParameter("tags", `A resource has at most ${TAGS.count} tags.`);
  }
  for (const [key, value] of entries) {
    if (key.length > TAGS.key || /[<>%&\\?/]/.test(key)) {
      throw invalidParameter("tags", `The tag name '${key}' is invalid.`);
    }
    if (typeof value !== "string" || value.length > TAGS.value) {
      throw invalidParameter("tags", `The value of tag '${key}' is invalid.`);
    }
  }
  return Object.fromEntries(entries) as Record<string, string>;
}
