import { setTimeout as sleep } from "node:timers/promises";
import type { Ui } from "@packerkit/plugin-sdk";
import type { Engine } from "./client.ts";
import type { DockerConfig } from "./config.ts";
import type { ContainerDetails, ImageDetails } from "./engine-answers.ts";
import { DockerError } from "./errors.ts";
import type { OutputFile } from "./output-file.ts";

/** What the steps of one build share and fill in turn. */
export interface BuildState {
  readonly config: DockerConfig;
  readonly engine: Engine;
  readonly ui: Ui;
  /** Names and labels all that the build makes, so that it is found again where the engine's answer was lost. */
  readonly token: string;
  /** What provisioners and post-processors see as `build.…`. */
  readonly generatedData: Record<string, string>;
  /** The image that the container starts from. */
  source?: ImageDetails;
  readonly container: Made & { readonly name: string; id?: string; details?: ContainerDetails };
  /** The images with the build's label: the one built from the Dockerfile, and the committed one. */
  readonly images: Made & { committed?: string };
  export?: OutputFile;
}

/** Whether things were made. */
interface Made {
  /** The engine was asked to make one. */
  asked: boolean;
  /** The engine was asked, and its answer was lost: one may exist, or come to exist. */
  isUncertain: boolean;
}

/** The label of a build's images. Its value is the build's token. */
export const BUILD_LABEL = "packerkit.build";

/** How long a clean-up waits for one answer of the engine, in milliseconds. */
const CLEAN_UP_PATIENCE = 120_000;

/** How often, and how far apart in milliseconds, a clean-up looks again for what may still come to exist. */
const SECOND_LOOKS = { count: 3, pause: 200 };

/** Makes one thing with the engine; notes what is known of it where that fails. */
export async function make<Result>(made: Made, call: () => Promise<Result>): Promise<Result> {
  made.asked = true;
  try {
    return await call();
  } catch (error) {
    const isRefused = error instanceof DockerError && error.code === "ENGINE_REFUSED";
    if (!isRefused) made.isUncertain = true;
    throw error;
  }
}

/** Removes things; where it is uncertain whether they exist, looks for them some more times. */
export async function removeAll(made: Made, removeFound: () => Promise<boolean>): Promise<void> {
  if (!made.asked) return;
  for (let look = 0; !(await removeFound()) && made.isUncertain; look++) {
    if (look === SECOND_LOOKS.count) return;
    await sleep(SECOND_LOOKS.pause);
  }
}

/** Options for a call of a clean-up, which must end some time. */
export function cleanUpCall(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(CLEAN_UP_PATIENCE) };
}
