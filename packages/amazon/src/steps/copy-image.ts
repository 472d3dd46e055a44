import type { Step } from "@packerkit/plugin-sdk";
import { notMade, templateData } from "../build-state.ts";
import type { Input } from "../client.ts";
import { copyRegions, type EbsState } from "../ebs-state.ts";
import {
  type MadeImage,
  type RemovableImage,
  removeUnfinishedImage,
  waitForImage,
} from "../images.ts";
import { make } from "../making.ts";
import { failuresOf, joinErrors } from "../many.ts";
import { findMade } from "../pace.ts";
import { renderTemplate } from "../template.ts";
import { describeLeft } from "./create-image.ts";

/**
 * Copies the image to the other regions, all at once.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/step_ami_region_copy.go`.
 */
export const copyImage: Step<EbsState> = {
  name: "Copy image",
  async run(state, signal) {
    const regions = copyRegions(state);
    if (regions.length === 0) return;
    state.ui.say(`Copying the image to ${regions.join(", ")}`);
    const failures = await failuresOf(regions, (region) => copyTo(state, region, signal));
    signal.throwIfAborted();
    if (failures.length === 0) return;
    const done = regions.filter((region) => !failures.some(({ item }) => item === region));
    const finished = done.map((region) => `${state.copies.get(region)?.image?.id} in ${region}`);
    const failed = failures.map(({ item }) => item).join(", ");
    throw joinErrors(
      "COPY_FAILED",
      `the image could not be copied to ${failed}${finished.length === 0 ? "" : ` (finished were ${finished.join(", ")})`}`,
      failures.map(({ error }) => error),
    );
  },
  async cleanUp(state, outcome) {
    if (outcome === "succeeded") return;
    const failures = await failuresOf([...state.copies], async ([region, made]) => {
      for (const image of await copiesIn(state, region, made)) {
        state.ui.say(`Removing the image ${image.id} in ${region} and its snapshots`);
        await removeUnfinishedImage(state.ec2.region(region), image, state.foreignSnapshots);
      }
      state.copies.delete(region);
    });
    if (failures.length === 0) return;
    const errors = failures.map(({ error }) => error);
    throw joinErrors("DESTROY_FAILED", "copies of the image stay", errors);
  },
  leftBehind: ({ copies }) =>
    [...copies].flatMap(([region, made]) => describeLeft(made, region, "a copy of the image")),
};

async function copyTo(state: EbsState, name: string, signal: AbortSignal): Promise<void> {
  const { ec2, ui } = state;
  const region = ec2.region(name);
  const made: MadeImage = notMade();
  state.copies.set(name, made);
  const request = copyRequest(state, name);
  const id = await make(made, () => region.copyImage(request, { signal }));
  made.image = { id, snapshotIds: [] };
  made.image.snapshotIds = (await waitForImage(region, ec2.pace, id, signal)).snapshotIds;
  ui.say(`Copied the image to ${name}: ${id}`);
}

function copyRequest(state: EbsState, region: string): Input<"CopyImage"> {
  const { built, config, home, token } = state;
  const key = config.region_kms_key_ids[region] || (region === home.name && config.kms_key_id);
  const description = renderTemplate(config.ami_description, templateData(state));
  const minutes = config.snapshot_copy_duration_minutes;
  return {
    ClientToken: `${token}-${region}`,
    Name: config.ami_name,
    SourceImageId: built.image?.id,
    SourceRegion: home.name,
    CopyImageTags: true,
    ...(description === "" ? {} : { Description: description }),
    ...(config.encrypt_boot === undefined ? {} : { Encrypted: config.encrypt_boot }),
    ...(config.encrypt_boot === true && key ? { KmsKeyId: key } : {}),
    ...(minutes === undefined ? {} : { SnapshotCopyCompletionDurationMinutes: minutes }),
  };
}

/** The copies that this build made in a region: none, or one. */
async function copiesIn(
  state: EbsState,
  region: string,
  { image, isUncertain }: MadeImage,
): Promise<RemovableImage[]> {
  if (image !== undefined) return [image];
  const source = state.built.image?.id;
  if (!isUncertain || source === undefined) return [];
  return await findMade(isUncertain, state.ec2.pace, () =>
    state.ec2.region(region).images({ owners: ["self"], filters: { "source-image-id": [source] } }),
  );
}
