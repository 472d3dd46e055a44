import { DISCONNECTED } from "@packerkit/plugin-sdk";
import { DockerError } from "./errors.ts";

/** The status at which the engine says that the container does not run. */
const CONFLICT = 409;

/** What to tell of a command that ended without a status; never to start it again where it may have started. */
export function commandError(
  container: string,
  command: string,
  cause: unknown,
  isStarted: boolean,
): DockerError {
  if (cause instanceof DockerError && cause.status === CONFLICT) {
    return new DockerError(
      "CONTAINER_FAILED",
      `container ${container} has stopped while it was provisioned: give an entrypoint and a command that keep running (${cause.message})`,
      { cause, status: cause.status, exitStatus: DISCONNECTED },
    );
  }
  if (cause instanceof DockerError) {
    if (!isStarted && cause.code !== "CONNECTION_LOST") return cause;
    const { code, message, status } = cause;
    return new DockerError(code, message, { cause, status, exitStatus: DISCONNECTED });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const shown = JSON.stringify(command.length > 80 ? `${command.slice(0, 80)}…` : command);
  return new DockerError(
    "CONNECTION_LOST",
    `the command ${shown} could not be followed to its end: ${reason}; see whether the engine still runs, then build again`,
    { cause, exitStatus: DISCONNECTED },
  );
}
