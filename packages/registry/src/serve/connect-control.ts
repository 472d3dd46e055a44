import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { RegistryError, type RegistryErrorCode } from "../errors.ts";
import { ROLES } from "../server/auth/roles.ts";
import type { Administration } from "./administration.ts";
import type { Addresses } from "./environment.ts";

/** Where a folder's server tells its owner how to reach its back door. */
export const CONTROL_FILE = "control.json";

const controlFile = z.object({
  url: z.url(),
  key: z.string(),
  addresses: z.record(z.string(), z.string()),
});

/** The administration of a folder whose server runs; `undefined` where none does. */
export async function connectControl(folder: string): Promise<Administration | undefined> {
  const text = await readFile(join(folder, CONTROL_FILE), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { url, key, addresses } = controlFile.parse(JSON.parse(text));
  const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.ok) return answer;
    const { code, message } = (await answer.json()) as { code: string; message: string };
    throw new RegistryError(code as RegistryErrorCode, message);
  };
  const isThere = await ask("GET", "/principals").then(
    () => true,
    () => false, // left behind by a server that was killed
  );
  if (!isThere) return undefined;
  return {
    addresses: addresses as unknown as Addresses,
    listPrincipals: async () => principals.parse(await (await ask("GET", "/principals")).json()),
    createPrincipal: async (options) =>
      newPrincipal.parse(await (await ask("POST", "/principals", options)).json()),
    revokePrincipal: async (clientId) => {
      await ask("DELETE", `/principals/${encodeURIComponent(clientId)}`);
    },
    export: async (write) => {
      const { body } = await ask("GET", "/export");
      for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) await write(text);
    },
  };
}

const principal = z.object({
  clientId: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  organizationId: z.string(),
  projectId: z.string(),
  createdAt: z.coerce.date(),
  revokedAt: z.coerce.date().nullable(),
});
const principals = z.array(principal);
const newPrincipal = principal.extend({ clientSecret: z.string() });
