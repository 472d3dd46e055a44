import type { z } from "zod";
import { ConfigError, readConfigs } from "../../src/config.ts";

export type Settings = Readonly<Record<string, unknown>>;

export const plain = (value: Settings) => ({ kind: "plain", value }) as const;

/** What a schema makes of settings that come in one part. */
export const read = (schema: z.ZodObject, settings: Settings) =>
  readConfigs("toy", schema, [plain(settings)]);

/** The problems of settings, as `attribute: message`. */
export function problemsOf(schema: z.ZodObject, ...parts: Settings[]): string[] {
  try {
    readConfigs("toy", schema, parts.map(plain));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ attribute, message }) => `${attribute}: ${message}`);
  }
  return [];
}
