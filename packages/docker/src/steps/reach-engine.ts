import type { Step } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { DockerError } from "../errors.ts";

/** How long an engine may take to say who it is, in milliseconds. */
const PATIENCE = 30_000;

/** Asks the engine who it is, so that a wrong address shows before anything is done. */
export const reachEngine: Step<BuildState> = {
  name: "Reach the Docker Engine",

  async run({ engine, ui }, signal) {
    const timeout = AbortSignal.timeout(PATIENCE);
    const patience = AbortSignal.any([signal, timeout]);
    const { Version: version, Os: system } = await engine
      .version({ signal: patience })
      .catch((cause: unknown) => {
        if (signal.aborted || !timeout.aborted) throw cause;
        throw new DockerError(
          "ENGINE_UNREACHABLE",
          `the Docker Engine at ${engine.address} does not answer within ${PATIENCE / 1000} s: see whether it hangs`,
          { cause },
        );
      });
    if (system !== "linux") {
      throw new DockerError(
        "ENGINE_UNSUPPORTED",
        `the Docker Engine at ${engine.address} runs ${system} containers: switch it to Linux containers, or name another with docker_host`,
      );
    }
    ui.say(`Using Docker Engine ${version} at ${engine.address}`);
  },
};
