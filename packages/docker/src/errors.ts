/** What went wrong with Docker, in a form a program can branch on. */
export type DockerErrorCode =
  /** The engine's address cannot be read, or names a transport that is not spoken here. */
  | "ENGINE_ADDRESS"
  /** Nothing answers at the engine's address. */
  | "ENGINE_UNREACHABLE"
  /** The engine answers, but is of a kind that cannot be used. */
  | "ENGINE_UNSUPPORTED"
  /** The connection to the engine broke before its answer was whole; what was asked may have been done. */
  | "CONNECTION_LOST"
  /** The engine answered an error; `status` holds its HTTP status, unless the error came within its answer. */
  | "ENGINE_REFUSED"
  /** The engine's answer is not what its API promises; what was asked may have been done. */
  | "BAD_ANSWER"
  /** The source image is not on the engine, and was not to be pulled. */
  | "IMAGE_NOT_FOUND"
  /** The registry does not have the image, or pulling it failed. */
  | "PULL_FAILED"
  /** The registry wants (other) credentials. */
  | "PULL_UNAUTHORIZED"
  /** The Dockerfile could not be read or built. */
  | "DOCKERFILE_FAILED"
  /** The container could not be started, or stopped by itself. */
  | "CONTAINER_FAILED"
  /** The export could not be written. */
  | "EXPORT_FAILED"
  /** A file or folder could not be copied to or from the container. */
  | "TRANSFER_FAILED"
  /** A post-processor was given an artifact that it cannot work on. */
  | "ARTIFACT_UNSUPPORTED"
  /** An image cannot be given such a name. */
  | "NAME_INVALID"
  /** The registry did not take the image. */
  | "PUSH_FAILED"
  /** The registry that is pushed to wants (other) credentials. */
  | "PUSH_UNAUTHORIZED"
  /** An archive could not be made an image. */
  | "IMPORT_FAILED"
  /** An image could not be written to a file. */
  | "SAVE_FAILED"
  /** An artifact could not be removed in full. */
  | "DESTROY_FAILED";

/** Every error that this package raises by itself; `cause` holds what led to it, where something did. */
export class DockerError extends Error {
  override readonly name = "DockerError";
  readonly code: DockerErrorCode;
  /** The HTTP status of the engine's answer, where there was one. */
  readonly status: number | undefined;
  /** What Packer is told as the exit status of the command that this ended; `undefined` where none had started. */
  readonly exitStatus: number | undefined;

  constructor(
    code: DockerErrorCode,
    message: string,
    options?: ErrorOptions & { status?: number | undefined; exitStatus?: number },
  ) {
    super(message, options);
    this.code = code;
    this.status = options?.status;
    this.exitStatus = options?.exitStatus;
  }
}

const UNREACHABLE: ReadonlySet<unknown> = new Set([
  "EACCES",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "ETIMEDOUT",
]);

const LOST: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"]);

/** An error that the engine told within an answer that had begun well, such as a pull's progress. */
export class ToldError extends Error {
  override readonly name = "ToldError";
}

/** The longest text of the engine that an error repeats, in characters. */
const MAX_REASON = 2000;

/**
 * Turns whatever a call to the engine threw into a {@link DockerError}; one that is such an error already is
 * answered as it is.
 *
 * @param what What was being done, such as `creating container packerkit-1a2b`.
 * @param address Where the engine was asked.
 */
export function toDockerError(what: string, address: string, error: unknown): DockerError {
  if (error instanceof DockerError) return error;
  const { code, statusCode: status } = error as { code?: unknown; statusCode?: unknown };
  const reason = cleanText(reasonOf(error));
  const cause = { cause: error };
  if (typeof status === "number") {
    const message = `${what} failed: the engine at ${address} answered ${status}: ${reason}`;
    return new DockerError("ENGINE_REFUSED", message, { ...cause, status });
  }
  if (UNREACHABLE.has(code)) {
    return new DockerError(
      "ENGINE_UNREACHABLE",
      `no Docker Engine answers at ${address} (${reason}): start it, or name another with docker_host or DOCKER_HOST${code === "EACCES" ? ", or join the group that owns the socket" : ""}`,
      cause,
    );
  }
  if (LOST.has(code)) {
    return new DockerError(
      "CONNECTION_LOST",
      `${what} failed: the connection to the engine at ${address} was lost (${reason}); see whether the engine still runs, then build again`,
      cause,
    );
  }
  if (error instanceof ToldError) {
    return new DockerError("ENGINE_REFUSED", `${what} failed: ${reason}`, cause);
  }
  return new DockerError(
    "BAD_ANSWER",
    `${what} failed: ${reason} (engine at ${address}); see whether a Docker Engine answers there`,
    cause,
  );
}

/** The engine's own words, free of what the client library puts around them. */
function reasonOf(error: unknown): string {
  const answer = (error as { json?: unknown } | undefined)?.json;
  const said = (answer as { message?: unknown } | null | undefined)?.message;
  if (typeof said === "string") return said;
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^\(HTTP code \d+\) [^-]* - /, "");
}

/** One printable text of bounded length, made of text that another program wrote. */
export function cleanText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  const printable = text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]+/g, " ").trim();
  return printable.length > MAX_REASON ? `${printable.slice(0, MAX_REASON)}…` : printable;
}
