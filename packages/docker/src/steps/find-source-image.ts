import type { Step } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import type { ImageDetails } from "../engine-answers.ts";
import { DockerError } from "../errors.ts";
import { splitTag } from "../image-reference.ts";
import { boundedSayer, describePull } from "../progress.ts";
import { credentialsFor, isUnauthorized, withoutPassword } from "../registry-credentials.ts";

/** How many lines of a pull's progress are shown. */
const PULL_LINES = 60;

/** Pulls the source image, or finds it on the engine, and notes what it is. A pulled image stays on the engine. */
export const findSourceImage: Step<BuildState> = {
  name: "Find the source image",

  async run(state, signal) {
    const { config, engine, generatedData } = state;
    const image = config.image as string;
    if (config.pull ?? true) await pull(state, image, signal);
    state.source = await engine.inspectImage(image, { signal });
    if (state.source === undefined) throw missing(state, image);
    generatedData["SourceImageSha256"] = state.source.id;
    // Empty for an image that was never in a registry.
    generatedData["SourceImageDigest"] = digestOf(state.source, image);
  },
};

/** An image that is in several registries has a digest of each; that of the one it was asked from comes first. */
function digestOf({ digests }: ImageDetails, reference: string): string {
  const { fromImage } = splitTag(reference);
  const own = digests.find((digest) => digest.startsWith(`${fromImage}@`));
  return own ?? digests[0] ?? "";
}

async function pull(state: BuildState, image: string, signal: AbortSignal): Promise<void> {
  const { config, engine, ui } = state;
  ui.say(`Pulling ${image}`);
  const say = boundedSayer(ui, PULL_LINES);
  const onProgress: Parameters<typeof engine.pull>[3] = (entry) => {
    const line = describePull(entry);
    if (line !== undefined) say(line);
  };
  try {
    await engine.pull(image, config.platform, credentialsFor(config, image), onProgress, {
      signal,
    });
  } catch (error) {
    throw error instanceof DockerError ? pullError(state, image, error) : error;
  }
}

function pullError({ config }: BuildState, image: string, error: DockerError): DockerError {
  if (error.code !== "ENGINE_REFUSED") return error;
  const reason = withoutPassword(error.message, config);
  // The cause is left out: it repeats the words that secrets were taken from.
  const status = { status: error.status };
  if (isUnauthorized(error)) {
    const cure = config.login
      ? "check login_username, login_password and login_server"
      : "check the name; for a private image set login, login_username and login_password";
    return new DockerError("PULL_UNAUTHORIZED", `${reason}: ${cure}`, status);
  }
  const cure = `check the name, or set pull = false where the engine has ${image} already`;
  return new DockerError("PULL_FAILED", `${reason}: ${cure}`, status);
}

function missing({ config, engine }: BuildState, image: string): DockerError {
  const cure =
    config.pull === false
      ? "set pull = true, or put it there with docker pull or docker load"
      : "see whether something removed it right after it was pulled";
  return new DockerError(
    "IMAGE_NOT_FOUND",
    `the image ${JSON.stringify(image)} is not on the engine at ${engine.address}: ${cure}`,
  );
}
