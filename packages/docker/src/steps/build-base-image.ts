import type { Step } from "@packerkit/plugin-sdk";
import { packBuildContext } from "../build-context.ts";
import { BUILD_LABEL, type BuildState, make } from "../build-state.ts";
import type { DockerConfig } from "../config.ts";
import { DockerError } from "../errors.ts";
import { boundedSayer } from "../progress.ts";
import { credentialsOf, isUnauthorized } from "../registry-credentials.ts";

/** How many lines of a build's output are shown, and how many of its last ones an error repeats. */
const SHOWN_LINES = 500;
const LAST_LINES = 10;

/** What BuildKit does besides the Dockerfile's instructions. */
const HOUSEKEEPING =
  /^(?:ERROR: |CACHED: )?(?:\[internal\]|copy \/context|exporting|writing image)/;

/** Builds the source image from a Dockerfile, with BuildKit. */
export const buildBaseImage: Step<BuildState> = {
  name: "Build the source image",

  async run(state, signal) {
    const { config, engine, generatedData, images, ui } = state;
    const build = config.build as NonNullable<DockerConfig["build"]>;
    ui.say(`Building the source image from ${build.path}`);
    const dockerfile = `.${state.token}.Dockerfile`;
    const context = await packBuildContext({
      folder: build.build_dir,
      dockerfile: build.path,
      dockerfileName: dockerfile,
      compress: build.compress,
    });
    const platform = build.platform ?? config.platform;
    const settings = {
      dockerfile,
      buildargs: build.arguments,
      ...(build.pull ? { pull: true } : {}),
      labels: { [BUILD_LABEL]: state.token },
      ...(platform === undefined ? {} : { platform }),
      ...(config.network === undefined ? {} : { networkmode: config.network }),
    };
    const lines = new LineKeeper(boundedSayer(ui, SHOWN_LINES));
    const onLine = (line: string) => lines.add(line);
    const id = await make(images, () =>
      engine.buildImage(context, settings, credentialsOf(config), onLine, { signal }),
    ).catch((error: unknown) => {
      throw dockerfileError(build.path, lines.last, error);
    });
    state.source = await engine.inspectImage(id, { signal });
    if (state.source === undefined) {
      throw new DockerError(
        "IMAGE_NOT_FOUND",
        `the image ${id} is gone right after it was built: see what removed it, then build again`,
      );
    }
    generatedData["SourceImageSha256"] = id;
    generatedData["SourceImageDigest"] = "";
  },
};

/** Shows what a build tells, and keeps the last lines. */
class LineKeeper {
  readonly last: string[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  add(text: string): void {
    const line = text.trimEnd();
    if (line === "" || HOUSEKEEPING.test(line) || line === this.last.at(-1)) return;
    this.last.push(line);
    if (this.last.length > LAST_LINES) this.last.shift();
    this.#say(line);
  }
}

function dockerfileError(path: string, lastLines: readonly string[], error: unknown): unknown {
  if (!(error instanceof DockerError) || error.code !== "ENGINE_REFUSED") return error;
  const cure = isUnauthorized(error)
    ? "for a private image set login, login_username, login_password and login_server"
    : `mend ${path} and build again`;
  const output = lastLines.length === 0 ? "" : `\nThe last lines were:\n${lastLines.join("\n")}`;
  return new DockerError("DOCKERFILE_FAILED", `${error.message}; ${cure}${output}`, {
    cause: error,
    status: error.status,
  });
}
