import type { Step } from "@packerkit/plugin-sdk";
import type { AmiImage } from "../answers.ts";
import type { InstanceState } from "../build-state.ts";
import { AmazonError } from "../errors.ts";
import { findImage } from "../find-image.ts";

/** Finds the image to start from. Source: packer-plugin-amazon 1.8.2, `common/step_source_ami_info.go`. */
export const findSourceImage: Step<InstanceState> = {
  name: "Find source image",
  async run(state, signal) {
    const { config, home, ui } = state;
    const source = await findImage(home, config.source_ami, config.source_ami_filter, { signal });
    checkSource(source, home.name);
    state.source = source;
    ui.say(`Found the source image ${source.name} (${source.id})`);
  },
};

function checkSource({ id, rootDeviceType, state }: AmiImage, region: string): void {
  if (state !== "available") {
    throw new AmazonError(
      "SOURCE_NOT_FOUND",
      `the source image ${id} in ${region} is ${state}, and not available: wait for it, or choose another`,
    );
  }
  if (rootDeviceType === "ebs") return;
  throw new AmazonError(
    "SOURCE_NOT_FOUND",
    `the source image ${id} in ${region} has its root on ${rootDeviceType}, and not on EBS: choose another`,
  );
}
