import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { pack } from "tar-stream";
import { describeFailure, startCommand } from "./command.ts";

/**
 * Imports a base image made of one static busybox, with a link for each of its applets: a root file system from
 * which containers run that needs nothing pulled.
 *
 * @param program The path of a statically linked busybox.
 * @param name The image's name, with a tag.
 */
export async function importBusyboxImage(
  client: Docker,
  program: string,
  name: string,
): Promise<void> {
  const [repo, tag] = name.split(":") as [string, string];
  const answer = await client.importImage(await packRootFileSystem(program), {
    repo,
    tag,
    changes: 'CMD ["sh"]',
  });
  await new Promise<void>((resolve, reject) => {
    client.modem.followProgress(answer, (error) => (error === null ? resolve() : reject(error)));
  });
}

async function packRootFileSystem(program: string): Promise<Readable> {
  const applets = await startCommand(program, ["--list"]);
  if (applets.failed) throw new Error(`cannot list busybox's applets: ${describeFailure(applets)}`);

  const archive = pack();
  archive.entry({ name: "tmp", type: "directory", mode: 0o1777 });
  archive.entry({ name: "root", type: "directory", mode: 0o700 });
  archive.entry(
    { name: "etc/passwd" },
    "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n",
  );
  archive.entry({ name: "etc/group" }, "root:x:0:\nuser:x:1000:\n");
  archive.entry({ name: "bin/busybox", mode: 0o755 }, await readFile(program));
  for (const applet of applets.stdout.split("\n").filter((name) => name !== "busybox")) {
    archive.entry({ name: `bin/${applet}`, type: "symlink", linkname: "busybox" });
  }
  archive.finalize();
  return Readable.from(archive);
}
