import type { Owner } from "./archives.ts";
import { withFirstEntry } from "./archives.ts";
import type { Engine } from "./client.ts";

/** The most that is read of a container's `/etc/passwd` or `/etc/group`, in bytes. */
const MAX_DATABASE = 1024 * 1024;

/**
 * The numbers of a container's user, given as `user`, `uid`, `user:group` or `uid:gid`; empty means root. Names are
 * looked up in the container's own `/etc/passwd` and `/etc/group`, as the engine does it.
 *
 * @throws {Error} for a name that is not found.
 */
export async function resolveOwner(
  engine: Engine,
  container: string,
  owner: string,
  signal: AbortSignal | undefined,
): Promise<Owner> {
  const [user = "", group] = owner.split(":");
  if (/^(root|0)?$/.test(user) && (group === undefined || /^(root|0)?$/.test(group))) {
    return { uid: 0, gid: 0 };
  }
  const read = (path: string) => readDatabase(engine, container, path, signal);
  const account = await findAccount(user, read);
  if (!group) return account;
  return { uid: account.uid, gid: await findGroup(group, read) };
}

type ReadDatabase = (path: string) => Promise<string[][]>;

async function findAccount(user: string, read: ReadDatabase): Promise<Owner> {
  const line = (await read("/etc/passwd")).find(([name, , uid]) => user === name || user === uid);
  if (line !== undefined) return { uid: Number(line[2]), gid: Number(line[3]) };
  if (/^\d+$/.test(user)) return { uid: Number(user), gid: 0 };
  throw unknown(`user ${JSON.stringify(user)}`, "/etc/passwd");
}

async function findGroup(group: string, read: ReadDatabase): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group);
  const line = (await read("/etc/group")).find(([name]) => group === name);
  if (line !== undefined) return Number(line[2]);
  throw unknown(`group ${JSON.stringify(group)}`, "/etc/group");
}

/** An image without such a file has no names. */
async function readDatabase(
  engine: Engine,
  container: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<string[][]> {
  if ((await engine.statPath(container, path, { signal })) === undefined) return [];
  const archive = await engine.getArchive(container, path, { signal });
  return withFirstEntry(archive, async (_, content) => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of content) {
      size += chunk.length;
      if (size > MAX_DATABASE) throw new Error(`${path} has more than ${MAX_DATABASE} bytes`);
      chunks.push(chunk);
    }
    const lines = Buffer.concat(chunks).toString().split("\n");
    return lines.filter((line) => line.includes(":")).map((line) => line.split(":"));
  });
}

function unknown(what: string, file: string): Error {
  return new Error(
    `the ${what}, to whom uploads are to belong, is not in the container's ${file}: set fix_upload_owner = false`,
  );
}
