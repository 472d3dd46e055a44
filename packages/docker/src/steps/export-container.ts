import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Step } from "@packerkit/plugin-sdk";
import type { BuildState, ExportFile } from "../build-state.ts";
import { DockerError } from "../errors.ts";

/** What a tar archive ends with at least: two blocks of zeros. */
const TAR_END = 1024;

/** Writes the container's file system to the export's file, which appears only when it is whole. */
export const exportContainer: Step<BuildState> = {
  name: "Export the container",

  async run({ container, engine, export: file, ui }, signal) {
    const { path, temporaryPath } = file as ExportFile;
    ui.say(`Exporting the container to ${path}`);
    const archive = await engine.exportContainer(container.id as string, { signal });
    const ending = new EndKeeper(TAR_END);
    try {
      await pipeline(archive, ending, createWriteStream(temporaryPath, { flags: "r+" }), {
        signal,
      });
      await finish(ending, temporaryPath, path);
    } catch (cause) {
      signal.throwIfAborted();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DockerError(
        "EXPORT_FAILED",
        `container ${container.name} could not be exported to ${path}: ${reason}; see whether the disk is full and whether the engine still runs`,
        { cause },
      );
    }
  },
};

/** An engine that fails half-way ends its answer as if it were whole; the archive's end tells. */
async function finish(ending: EndKeeper, temporaryPath: string, path: string): Promise<void> {
  if (ending.kept.length < TAR_END || ending.kept.some((byte) => byte !== 0)) {
    throw new Error("the engine's archive has no end");
  }
  await rename(temporaryPath, path);
}

/** Passes bytes on and keeps the last ones. */
class EndKeeper extends Transform {
  readonly #length: number;
  kept: Buffer = Buffer.alloc(0);

  constructor(length: number) {
    super();
    this.#length = length;
  }

  override _transform(
    chunk: Buffer,
    _: BufferEncoding,
    done: (error: null, chunk: Buffer) => void,
  ) {
    const joined = chunk.length < this.#length ? Buffer.concat([this.kept, chunk]) : chunk;
    this.kept = Buffer.from(joined.subarray(-this.#length));
    done(null, chunk);
  }
}
