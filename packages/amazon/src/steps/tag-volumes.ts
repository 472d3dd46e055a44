import type { Step } from "@packerkit/plugin-sdk";
import { templateData } from "../build-state.ts";
import { joinTags } from "../config/tags.ts";
import { askedVolumes, type EbsVolumeState } from "../ebs-volume-state.ts";
import { renderTags } from "../template.ts";

/**
 * Gives the volumes the tags that they are to keep, in place of those of the running instance.
 *
 * Source: packer-plugin-amazon 1.8.2, `builder/ebsvolume/step_tag_ebs_volumes.go`.
 */
export const tagVolumes: Step<EbsVolumeState> = {
  name: "Tag volumes",
  async run(state, signal) {
    const { home } = state;
    const volumes = askedVolumes(state);
    const data = templateData(state);
    const runTags = renderTags(state.volumeTags, data);
    if (volumes.length > 0 && Object.keys(runTags).length > 0) {
      const ids = volumes.map(({ volumeId }) => volumeId);
      await home.untag(ids, runTags, { signal });
    }
    await Promise.all(
      volumes.map(async ({ volumeId, settings }) => {
        const tags = renderTags(joinTags(settings.tags, settings.tag), data);
        if (Object.keys(tags).length > 0) await home.tag([volumeId], tags, { signal });
      }),
    );
  },
};
