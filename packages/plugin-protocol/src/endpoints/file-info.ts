import type { FileInfo } from "../contract/communicator.ts";
import type { StructReader } from "../rpc/struct-reader.ts";

/** Go's mode bits that Unix has elsewhere. Source: Go `io/fs/fs.go`. */
const modeBits = [
  { go: 2 ** 23, unix: 0o4000 }, // setuid
  { go: 2 ** 22, unix: 0o2000 }, // setgid
  { go: 2 ** 20, unix: 0o1000 }, // sticky
] as const;

/** A file's description as Go sends it. Source: `fileInfo`, packer-plugin-sdk `rpc/fileinfo.go`. */
export function encodeFileInfo({ name, size, mode, modifiedAt }: FileInfo): object {
  const special = modeBits.filter(({ unix }) => (mode & unix) !== 0);
  const goMode = special.reduce((bits, { go }) => bits + go, mode & 0o777);
  return { N: name, S: size, M: goMode, T: modifiedAt };
}

/** Reads a file's description; a time that Go has not set is now, as in Go. */
export function decodeFileInfo(fields: StructReader): FileInfo {
  const goMode = fields.count("M");
  const special = modeBits.filter(({ go }) => Math.floor(goMode / go) % 2 === 1);
  return {
    name: fields.text("N"),
    size: fields.count("S"),
    mode: special.reduce((bits, { unix }) => bits | unix, goMode % 0o1000),
    modifiedAt: fields.time("T") ?? new Date(),
  };
}
