import type { Dirent, Stats } from "node:fs";
import {
  chmod,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  stat,
} from "node:fs/promises";
import { join } from "node:path";
import ssh2, { type Attributes, type SFTPWrapper } from "ssh2";

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

/** Every so many reads one answers less than was asked for, as servers may. */
const SHORT_READ_EVERY = 200;

interface OpenFolder {
  path: string;
  entries: Dirent[];
}

/** Serves this machine's own files over SFTP, as far as the communicator needs them. */
export function serveSftp(sftp: SFTPWrapper): void {
  const handles = new Map<number, FileHandle | OpenFolder>();
  let next = 0;
  let reads = 0;
  const keep = (thing: FileHandle | OpenFolder) => {
    handles.set(next, thing);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(next++);
    return handle;
  };
  const file = (handle: Buffer) => handles.get(handle.readUInt32BE()) as FileHandle;

  const answer = (id: number, work: () => Promise<void>) => {
    work().catch((error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      sftp.status(id, missing ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE, error.message);
    });
  };
  const ok = (id: number) => sftp.status(id, STATUS_CODE.OK);

  sftp.on("OPEN", (id, path, flags, { mode }) =>
    answer(id, async () => {
      const isWrite = (flags & OPEN_MODE.WRITE) !== 0;
      sftp.handle(id, keep(await open(path, isWrite ? "w" : "r", mode ?? 0o644)));
    }),
  );
  sftp.on("READ", (id, handle, offset, length) =>
    answer(id, async () => {
      const isShort = ++reads % SHORT_READ_EVERY === 0;
      const buffer = Buffer.alloc(isShort ? Math.ceil(length / 2) : length);
      const { bytesRead } = await file(handle).read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, buffer.subarray(0, bytesRead));
    }),
  );
  sftp.on("WRITE", (id, handle, offset, data) =>
    answer(id, async () => {
      await file(handle).write(data, 0, data.length, offset);
      ok(id);
    }),
  );
  sftp.on("FSETSTAT", (id, handle, attributes) =>
    answer(id, async () => {
      await file(handle).chmod(attributes.mode);
      ok(id);
    }),
  );
  sftp.on("CLOSE", (id, handle) =>
    answer(id, async () => {
      const thing = handles.get(handle.readUInt32BE());
      handles.delete(handle.readUInt32BE());
      if (thing !== undefined && "close" in thing) await thing.close();
      ok(id);
    }),
  );
  sftp.on("MKDIR", (id, path, attributes) =>
    answer(id, async () => {
      await mkdir(path, attributes.mode);
      ok(id);
    }),
  );
  sftp.on("SETSTAT", (id, path, attributes) =>
    answer(id, async () => {
      await chmod(path, attributes.mode);
      ok(id);
    }),
  );
  sftp.on("STAT", (id, path) => answer(id, async () => sftp.attrs(id, shown(await stat(path)))));
  sftp.on("REALPATH", (id, path) =>
    answer(id, async () => {
      const filename = await realpath(path);
      sftp.name(id, [{ filename, longname: filename, attrs: {} as Attributes }]);
    }),
  );
  sftp.on("OPENDIR", (id, path) =>
    answer(id, async () => {
      sftp.handle(id, keep({ path, entries: await readdir(path, { withFileTypes: true }) }));
    }),
  );
  sftp.on("READDIR", (id, handle) =>
    answer(id, async () => {
      const folder = handles.get(handle.readUInt32BE()) as OpenFolder;
      const part = folder.entries.splice(0, 10);
      if (part.length === 0) return sftp.status(id, STATUS_CODE.EOF);
      const names = part.map(async ({ name }) => ({
        filename: name,
        longname: name,
        attrs: shown(await lstat(join(folder.path, name))),
      }));
      sftp.name(id, await Promise.all(names));
    }),
  );
}

function shown({ mode, size, uid, gid, atimeMs, mtimeMs }: Stats): Attributes {
  return { mode, size, uid, gid, atime: atimeMs / 1000, mtime: mtimeMs / 1000 };
}
