import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import Fastify from "fastify";
import { validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { RegistryError } from "../errors.ts";
import { ROLES } from "../server/auth/roles.ts";
import type { Storage } from "../storage/open.ts";
import { type Administration, administrationOf } from "./administration.ts";
import { CONTROL_FILE } from "./connect-control.ts";
import type { Addresses } from "./environment.ts";

/**
 * The back door of a server that keeps its store in a folder, which no other process can open meanwhile: the command
 * asks the server itself. It listens on this machine alone, and wants a key that only the folder's owner can read.
 */
export interface Control {
  close(): Promise<void>;
}

/** Opens the back door to a folder's server. */
export async function openControl(
  folder: string,
  storage: Storage,
  addresses: Addresses,
): Promise<Control> {
  const key = randomBytes(32).toString("base64url");
  const app = buildControl(administrationOf(storage, addresses), key);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const path = join(folder, CONTROL_FILE);
  await rm(path, { force: true });
  await writeFile(path, JSON.stringify({ url, key, addresses }), { mode: 0o600 });
  return {
    close: async () => {
      await rm(path, { force: true });
      await app.close();
    },
  };
}

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
