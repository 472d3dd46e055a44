import helmet from "@fastify/helmet";
import files from "@fastify/static";
import type { App } from "./app.ts";

/** Paths that belong to the API: what is not there is no page either. */
const API = /^\/(packer|operation|resource-manager|oauth2|downloads)\//;

/**
 * Serves the web page: the folder's files, and its `index.html` for every other path that a browser asks for, so that
 * the page can have addresses of its own.
 */
export async function servePage(app: App, folder: string): Promise<void> {
  await app.register(async (page) => {
    await page.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          imgSrc: ["'self'", "data:"],
          // A graph places its nodes with styles of their own.
          styleSrc: ["'self'", "'unsafe-inline'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          objectSrc: ["'none'"],
        },
      },
      // It is served over HTTP on the machine itself.
      strictTransportSecurity: false,
    });
    await page.register(files, { root: folder, serve: false });
    page.get("/*", { schema: { hide: true } }, async (request, reply) => {
      const path = request.url.split("?", 1)[0] ?? "/";
      if (API.test(path)) return reply.callNotFound();
      const isFile = /\.\w+$/.test(path);
      return isFile
        ? await reply.sendFile(decodeURIComponent(path.slice(1)), { maxAge: "1h" })
        : await reply.sendFile("index.html", { maxAge: 0 });
    });
  });
}
