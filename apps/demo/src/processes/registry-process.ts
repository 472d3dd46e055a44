import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRegistry } from "@packerkit/registry/server";
import type { FromRegistry, ToRegistry } from "./messages.ts";

// Runs a registry in a folder of its own. It ends when it is told to or once the demo is gone, and removes the folder:
// a store that nobody will open again needs no orderly end.
const folder = await mkdtemp(join(tmpdir(), "packerkit-demo-"));
let starting: ReturnType<typeof startRegistry> | undefined;

process.on("SIGINT", () => {}).on("SIGTERM", () => {});
process.on("message", (message: ToRegistry) => {
  if (message.kind === "start") void start(message.pageFolder);
  else process.disconnect();
});
process.on("disconnect", async () => {
  await starting?.catch(() => {});
  await rm(folder, { recursive: true, force: true });
  process.exit();
});

async function start(pageFolder: string | undefined): Promise<void> {
  starting = startRegistry({
    storage: { folder },
    port: 0,
    tls: "off",
    settings: { pageFolder },
  });
  const answer = await starting.then(
    (registry): FromRegistry => {
      const { url, firstPrincipal } = registry;
      if (firstPrincipal === undefined) return { problem: `${folder} has a store in it already` };
      return { url, environment: registry.environmentOf(firstPrincipal) };
    },
    (error): FromRegistry => ({ problem: error instanceof Error ? error.message : String(error) }),
  );
  if (process.connected) process.send?.(answer);
}
