import { Transform } from "node:stream";

/** Passes bytes on as they are, and shows each chunk on the way. */
export function tapBytes(show: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      show(chunk);
      done(null, chunk);
    },
  });
}
