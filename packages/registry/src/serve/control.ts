import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import Fastify from "fastify";
import { validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { RegistryError, type RegistryErrorCode } from "../errors.ts";
import { ROLES } from "../server/auth/roles.ts";
import type { Storage } from "../storage/open.ts";
import { type Administration, administrationOf } from "./administration.ts";
import type { Addresses } from "./environment.ts";

/**
 * The back door of a server that keeps its store in a folder, which no other process can open meanwhile: the command
 * asks the server itself. It listens on this machine alone, and wants a key that only the folder's owner can read.
 */
export interface Control {
  close(): Promise<void>;
}

const FILE = "control.json";

const controlFile = z.object({
  url: z.url(),
  key: z.string(),
  addresses: z.record(z.string(), z.string()),
});

/** Opens the back door to a folder's server. */
export async function openControl(
  folder: string,
  storage: Storage,
  addresses: Addresses,
): Promise<Control> {
  const key = randomBytes(32).toString("base64url");
  const app = buildControl(administrationOf(storage, addresses), key);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const path = join(folder, FILE);
  await rm(path, { force: true });
  await writeFile(path, JSON.stringify({ url, key, addresses }), { mode: 0o600 });
  return {
    close: async () => {
      await rm(path, { force: true });
      await app.close();
    },
  };
}

/** The administration of a folder whose server runs; `undefined` where none does. */
export async function connectControl(folder: string): Promise<Administration | undefined> {
  const text = await readFile(join(folder, FILE), "utf8").catch(() => undefined);
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

function buildControl(administration: Administration, key: string) {
  const app = Fastify().withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.addHook("onRequest", async (request) => {
    const given = Buffer.from(request.headers.authorization ?? "");
    const expected = Buffer.from(`Bearer ${key}`);
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
    throw new RegistryError("BAD_OPTION", "the key of the back door is wrong");
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const code = error instanceof RegistryError ? error.code : "BAD_OPTION";
    const message = error instanceof Error ? error.message : String(error);
    return await reply.status(400).send({ code, message });
  });
  const body = z.object({
    name: z.string(),
    role: z.enum(ROLES),
    project: z.string().optional(),
  });
  app.get("/principals", async () => await administration.listPrincipals());
  app.post("/principals", { schema: { body } }, async (request) => {
    const { project, ...rest } = request.body;
    return await administration.createPrincipal(
      project === undefined ? rest : { ...rest, project },
    );
  });
  app.delete(
    "/principals/:id",
    { schema: { params: z.object({ id: z.string() }) } },
    async (request) => {
      await administration.revokePrincipal(request.params.id);
      return {};
    },
  );
  app.get("/export", async (_request, reply) => {
    const stream = new PassThrough();
    const write = async (text: string) => {
      if (stream.destroyed) throw new Error("the reader of the backup is gone");
      if (!stream.write(text)) await Promise.race([once(stream, "drain"), once(stream, "close")]);
    };
    administration.export(write).then(
      () => stream.end(),
      (error) => stream.destroy(error),
    );
    return await reply.type("application/jsonl").send(stream);
  });
  return app;
}
