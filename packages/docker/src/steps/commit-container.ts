import { setTimeout as sleep } from "node:timers/promises";
import type { Step } from "@packerkit/plugin-sdk";
import { BUILD_LABEL, type BuildState, cleanUpCall, make } from "../build-state.ts";
import type { ImageDetails } from "../engine-answers.ts";

/** How often, and how far apart in milliseconds, a clean-up looks whether a commit still runs. */
const SETTLING = { count: 240, pause: 250 };

/** Makes an image of the container. What the source image runs, the new one runs too, unless `changes` says more. */
export const commitContainer: Step<BuildState> = {
  name: "Commit the container",

  async run({ config, container, engine, generatedData, images, source, token, ui }) {
    ui.say("Committing the container");
    const { command, entrypoint } = source as ImageDetails;
    // Not cancelled half-way: the engine would go on, and the image appear after the clean-up looked for it.
    images.committed = await make(images, () =>
      engine.commit(container.id as string, {
        author: config.author,
        comment: config.message,
        changes: completeChanges(config.changes, command),
        command,
        entrypoint,
        labels: { [BUILD_LABEL]: token },
      }),
    );
    generatedData["ImageSha256"] = images.committed;
    ui.say(`Image ${images.committed}`);
  },

  /** A commit whose answer was lost may still run; the container is paused for as long. */
  async cleanUp({ container, engine, images }) {
    for (let look = 0; images.isUncertain && look < SETTLING.count; look++) {
      const details = await engine.inspectContainer(container.id as string, cleanUpCall());
      if (!details?.paused) return;
      await sleep(SETTLING.pause);
    }
  },

  /** The images are listed where they are removed, after the container. */
  leftBehind: () => [],
};

/**
 * An ENTRYPOINT among the changes clears the command that the source image has; it is set again, unless the changes
 * set one themselves.
 *
 * Source: packer-plugin-docker `builder/docker/step_set_defaults.go`.
 */
export function completeChanges(changes: readonly string[], command: readonly string[]): string[] {
  const has = (instruction: string) =>
    changes.some((change) => new RegExp(`^\\s*${instruction}\\b`, "i").test(change));
  const clears = has("ENTRYPOINT") && !has("CMD") && command.length > 0;
  return clears ? [...changes, `CMD ${JSON.stringify(command)}`] : [...changes];
}
