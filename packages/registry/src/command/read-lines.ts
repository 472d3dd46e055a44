import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { messageOf, RegistryError } from "../errors.ts";

/**
 * Opens a file for {@link linesOf}.
 *
 * @throws {RegistryError} `BAD_OPTION` where it cannot be read.
 */
export async function openInput(path: string): Promise<NodeJS.ReadableStream> {
  const file = createReadStream(path);
  try {
    await once(file, "open");
    return file;
  } catch (cause) {
    throw new RegistryError("BAD_OPTION", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** The lines of a stream, which is read no earlier than they are asked for: readline drops those before. */
export async function* linesOf(
  input: NodeJS.ReadableStream,
): AsyncGenerator<string, void, undefined> {
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}
