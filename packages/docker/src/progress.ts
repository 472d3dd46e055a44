import type { Readable } from "node:stream";
import type { Ui } from "@packerkit/plugin-sdk";
import { readTrace } from "./build-trace.ts";
import { cleanText, ToldError } from "./errors.ts";

/** One line of a progress stream of the engine (pull, push, build). */
export interface ProgressEntry {
  /** The layer, or the kind of a build's message. */
  id?: string;
  status?: string;
  stream?: string;
  error?: string;
  aux?: unknown;
}

/** The longest line that is read, in characters; the engine's own are far shorter. */
const MAX_LINE = 4 * 1024 * 1024;

/**
 * Reads the engine's progress stream, one JSON object a line. An entry that tells an error ends it.
 *
 * @throws {ToldError} with the engine's own words for an error entry; the stream's error where it breaks off.
 */
export async function* readProgress(stream: Readable): AsyncGenerator<ProgressEntry> {
  for await (const line of readLines(stream)) {
    const entry = parseEntry(line);
    if (entry === undefined) continue;
    if (typeof entry.error === "string" && entry.error !== "") throw new ToldError(entry.error);
    yield entry;
  }
}

async function* readLines(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) throw new Error("the engine's progress has a line without an end");
    yield* lines;
  }
  yield rest;
}

function parseEntry(line: string): ProgressEntry | undefined {
  if (line.trim() === "") return undefined;
  const entry: unknown = JSON.parse(line);
  return typeof entry === "object" && entry !== null ? entry : undefined;
}

/** How many of BuildKit's messages are read; they are for people only. */
const MAX_TRACES = 10_000;

/**
 * Follows a build by BuildKit to its end, hands its lines for people to `onLine`, and answers the image's id.
 *
 * @throws {ToldError} as {@link readProgress}; an Error where no id was told.
 */
export async function followBuild(
  stream: Readable,
  onLine: (line: string) => void,
): Promise<string> {
  let imageId: string | undefined;
  let traces = 0;
  for await (const { id, aux } of readProgress(stream)) {
    if (id === "moby.buildkit.trace" && typeof aux === "string" && ++traces <= MAX_TRACES) {
      for (const line of readTrace(Buffer.from(aux, "base64"))) onLine(line);
    }
    const { ID } = (aux ?? {}) as { ID?: unknown };
    if (typeof ID === "string") imageId = ID;
  }
  if (imageId === undefined) throw new Error("the engine did not say which image it built");
  return imageId;
}

/** The statuses of a layer at which it is done; those in between come many times a second. */
const LAYER_DONE: ReadonlySet<string> = new Set(["Already exists", "Pull complete"]);

/** A line for people, where a pull's entry is worth one. */
export function describePull({ id, status }: ProgressEntry): string | undefined {
  if (typeof status !== "string" || status === "") return undefined;
  if (id === undefined || status.startsWith("Pulling from")) return status;
  return LAYER_DONE.has(status) ? `${id}: ${status}` : undefined;
}

/** The statuses of a layer at which the registry has it. */
const LAYER_PUSHED = /^(?:Pushed|Layer already exists|Mounted from .*)$/;

/** A line for people, where a push's entry is worth one. */
export function describePush({ id, status }: ProgressEntry): string | undefined {
  if (typeof status !== "string" || status === "") return undefined;
  if (id === undefined) return status;
  return LAYER_PUSHED.test(status) ? `${id}: ${status}` : undefined;
}

/** Says lines, no more than `limit` of them; then once that there would be more. */
export function boundedSayer(ui: Pick<Ui, "say">, limit: number): (line: string) => void {
  let said = 0;
  return (line) => {
    said += 1;
    if (said <= limit) ui.say(cleanText(line));
    else if (said === limit + 1) ui.say("… (further progress is not shown)");
  };
}

/** The size, in bytes, from which on a growing file is worth a line. */
const FIRST_SHOWN_SIZE = 64 * 1024 * 1024;

/** Says how large a file has grown, each time that it has doubled; the engine does not tell how large it will be. */
export function sizeSayer(ui: Pick<Ui, "say">, verb: string): (size: number) => void {
  let next = FIRST_SHOWN_SIZE;
  return (size) => {
    if (size < next) return;
    while (next <= size) next *= 2;
    ui.say(`${verb} ${(size / 1e6).toFixed(0)} MB so far`);
  };
}
