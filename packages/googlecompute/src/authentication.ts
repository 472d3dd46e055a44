import { readFileSync, statSync } from "node:fs";
import { messageOf } from "@packerkit/plugin-sdk";
import { z } from "zod";
import { GoogleComputeError } from "./errors.ts";

/** The settings with which a component signs in, named as the official plugin's are. */
export const authenticationFields = {
  access_token: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "A token to sign in with; it is not renewed.", sensitive: true }),
  credentials_file: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The file of a service account's key, or of other credentials. Default: what the environment has, such as GOOGLE_APPLICATION_CREDENTIALS or gcloud's own.",
    ),
  credentials_json: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "What would be in `credentials_file`.", sensitive: true }),
  account_file: z.string().min(1).optional().meta({
    description: "The same as `credentials_file` or, where it starts with {, `credentials_json`.",
    sensitive: true,
    deprecated: true,
    instead: "use credentials_file or credentials_json",
  }),
};

/** The settings with which a component signs in. */
export type AuthenticationSettings = z.output<z.ZodObject<typeof authenticationFields>>;

/** How to sign in. */
export type Credentials =
  | { kind: "token"; token: string }
  | { kind: "json"; content: Readonly<Record<string, unknown>> }
  /** With what the environment has. */
  | { kind: "default" };

/** The largest file of credentials, in bytes. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads how to sign in.
 *
 * @throws {GoogleComputeError} `BAD_CREDENTIALS`, saying which setting is at fault, and never what it holds.
 */
export function readCredentials(settings: AuthenticationSettings): Credentials {
  const { access_token: token, account_file: account } = settings;
  if (token !== undefined) return { kind: "token", token };
  const isAccountJson = account?.trimStart().startsWith("{") ?? false;
  const text = settings.credentials_json ?? (isAccountJson ? account : undefined);
  if (text !== undefined) return { kind: "json", content: parseCredentials(text, "the text") };
  const file = settings.credentials_file ?? account;
  if (file === undefined) return { kind: "default" };
  return { kind: "json", content: parseCredentials(readText(file), `the file ${file}`) };
}

/** Says what is wrong with the settings, by attribute. */
export function checkAuthentication(
  settings: AuthenticationSettings,
  refuse: (attribute: string, message: string) => void,
): void {
  const given = (Object.keys(authenticationFields) as (keyof AuthenticationSettings)[]).filter(
    (name) => settings[name] !== undefined,
  );
  const [first, second] = given;
  if (second !== undefined) {
    refuse(second, `cannot be given together with ${first}; keep one of them`);
    return;
  }
  try {
    readCredentials(settings);
  } catch (error) {
    refuse(first ?? "credentials_file", messageOf(error));
  }
}

function readText(file: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new GoogleComputeError(
      "BAD_CREDENTIALS",
      `cannot read the file ${file}: ${messageOf(cause)}; name the JSON file of a key`,
      { cause },
    );
  }
}

function parseCredentials(text: string, what: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The parser's own message shows a piece of the text.
    throw new GoogleComputeError(
      "BAD_CREDENTIALS",
      `${what} is not JSON; download a key of the service account in JSON`,
    );
  }
  if (typeof content === "object" && content !== null && "type" in content) {
    return content as Readonly<Record<string, unknown>>;
  }
  throw new GoogleComputeError(
    "BAD_CREDENTIALS",
    `${what} is JSON, but holds no credentials: it has no "type"; download a key of the service account in JSON`,
  );
}
