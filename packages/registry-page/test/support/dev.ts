import { resolve } from "node:path";
import { createServer } from "vite";
import { FakeRegistry, PRINCIPAL } from "../fake-registry/server.ts";

/** Serves the page from its sources, with a fake registry behind it, until it is stopped. */
const registry = await FakeRegistry.start({ fillers: 40 });
const server = await createServer({
  root: resolve(import.meta.dirname, "../.."),
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(
      ["/oauth2", "/packer", "/resource-manager"].map((path) => [path, registry.origin]),
    ),
  },
});
await server.listen();
server.printUrls();
console.log(`Sign in with ${PRINCIPAL.clientId} and ${PRINCIPAL.clientSecret}`);
