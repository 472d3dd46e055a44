import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { GoogleComputeError } from "../errors.ts";
import { findImage } from "../find-image.ts";
import { PUBLIC_PROJECTS } from "../public-projects.ts";

/** Finds the image that the instance starts from. */
export function findSourceImage(ui: Ui): Step<BuildState> {
  return {
    name: "Find the source image",
    async run(state, signal) {
      const { client, config } = state;
      const { source_image: name, source_image_family: family = "" } = config;
      const chosen = config.source_image_project_id;
      const projects = chosen.length === 0 ? [config.project_id, ...PUBLIC_PROJECTS] : chosen;
      const wanted = name === undefined ? { family } : { name };
      const source = await findImage(client, wanted, projects, signal);
      if (config.enable_secure_boot && !source.guestOsFeatures.includes("UEFI_COMPATIBLE")) {
        throw new GoogleComputeError(
          "IMAGE_UNSUITABLE",
          `the image ${source.name} cannot boot with Secure Boot; leave enable_secure_boot out, or choose an image with the feature UEFI_COMPATIBLE`,
        );
      }
      state.source = source;
      ui.say(`Using the image ${source.name}`);
    },
  };
}
