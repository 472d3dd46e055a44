import type { Step } from "@packerkit/plugin-sdk";
import { BUILD_LABEL, type BuildState, cleanUpCall, removeAll } from "../build-state.ts";

/**
 * Makes nothing itself. Its clean-up runs after the container is gone, and removes the images that bear the build's
 * label, unless they are what the build was to make.
 */
export const trackImages: Step<BuildState> = {
  name: "Track images",

  async run() {},

  async cleanUp(state, outcome) {
    const { config, engine, images, ui } = state;
    if (outcome === "succeeded" && config.commit) return;
    await removeAll(images, async () => {
      const ids = await engine.imagesLabelled(labelOf(state), cleanUpCall());
      for (const id of ids) {
        ui.say(`Removing image ${id}`);
        await engine.removeImage(id, cleanUpCall());
      }
      return ids.length > 0;
    });
  },

  leftBehind(state) {
    if (!state.images.asked) return [];
    const { committed } = state.images;
    return [
      committed === undefined ? `images with the label ${labelOf(state)}` : `image ${committed}`,
    ];
  },
};

function labelOf({ token }: BuildState): string {
  return `${BUILD_LABEL}=${token}`;
}
