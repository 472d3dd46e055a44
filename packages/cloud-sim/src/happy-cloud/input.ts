import { ApiError } from "../frame/errors.ts";

const MAX_LABELS = 64;
const MAX_LABEL_LENGTH = 1024;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const TOKEN = /^[\x21-\x7e]{1,128}$/;

type Body = Readonly<Record<string, unknown>>;

function refuse(field: string, need: string): ApiError {
  return new ApiError(400, "invalid_request", `the field ${field} ${need}`);
}

/** A text that must be there. */
export function requiredText(body: Body, field: string, maxLength = 256): string {
  const value = body[field];
  if (typeof value === "string" && value !== "" && value.length <= maxLength) return value;
  throw refuse(field, `must be a text of 1 to ${maxLength} characters`);
}

/** A text that may be missing; then empty. */
export function optionalText(body: Body, field: string): string {
  const value = body[field] ?? "";
  if (typeof value === "string") return value;
  throw refuse(field, "must be a text");
}

/** The name of a new image. */
export function imageName(body: Body): string {
  const name = requiredText(body, "name");
  if (NAME.test(name)) return name;
  throw refuse("name", "must have 1 to 128 letters, digits, dots, dashes and underscores");
}

/** The token that makes a repeated creation harmless; empty where there is none. */
export function clientToken(body: Body): string {
  const token = body["client_token"] ?? "";
  if (token === "" || (typeof token === "string" && TOKEN.test(token))) return token;
  throw refuse("client_token", "must be a text of 1 to 128 visible ASCII characters");
}

/** Labels: texts by name. */
export function labels(body: Body): Record<string, string> {
  const value = body["labels"] ?? {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse("labels", "must be an object of texts");
  }
  const entries = Object.entries(value);
  if (entries.length > MAX_LABELS)
    throw refuse("labels", `must have at most ${MAX_LABELS} entries`);
  for (const [name, text] of entries) {
    if (name === "" || name.length > 128) {
      throw refuse("labels", "must have names of 1 to 128 characters");
    }
    if (typeof text !== "string" || text.length > MAX_LABEL_LENGTH || /\p{Cc}/u.test(text)) {
      throw refuse(
        `labels.${name}`,
        `must be a text of at most ${MAX_LABEL_LENGTH} characters without control characters`,
      );
    }
  }
  return Object.fromEntries(entries);
}

/** The path of a file: absolute and normalized. */
export function filePath(query: URLSearchParams): string {
  const path = query.get("path") ?? "";
  const isUsable = path.startsWith("/") && path.length <= 4096 && !path.includes("\0");
  if (isUsable && path !== "/") return path;
  throw refuse("path", "must be the absolute path of a file");
}

/** The permission bits of a file, from an octal number such as `0755`. */
export function fileMode(query: URLSearchParams): number {
  const mode = query.get("mode") ?? "0644";
  if (/^[0-7]{3,4}$/.test(mode)) return Number.parseInt(mode, 8);
  throw refuse("mode", "must be an octal number such as 0755");
}
