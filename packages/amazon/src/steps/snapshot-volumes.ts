import type { Step } from "@packerkit/plugin-sdk";
import { templateData } from "../build-state.ts";
import type { EbsVolumeSettings } from "../config/ebsvolume.ts";
import { joinTags } from "../config/tags.ts";
import { askedVolumes, type EbsVolumeState } from "../ebs-volume-state.ts";
import { AmazonError } from "../errors.ts";
import { removeSnapshots } from "../images.ts";
import { make, tagSpecifications } from "../making.ts";
import { failuresOf, joinErrors } from "../many.ts";
import { findMade, waitFor } from "../pace.ts";
import { shareSnapshot } from "../share-snapshot.ts";
import { renderTags, renderTemplate } from "../template.ts";

/**
 * Makes snapshots of the volumes that are to have one.
 *
 * Source: packer-plugin-amazon 1.8.2, `builder/ebsvolume/step_snapshot_ebs_volumes.go`.
 */
export const snapshotVolumes: Step<EbsVolumeState> = {
  name: "Snapshot volumes",
  async run(state, signal) {
    const volumes = askedVolumes(state).filter(({ settings }) => settings.snapshot_volume);
    if (volumes.length === 0) return;
    const failures = await failuresOf(volumes, async ({ volumeId, settings }) => {
      await snapshotVolume(state, volumeId, settings, signal);
    });
    signal.throwIfAborted();
    if (failures.length > 0) {
      const names = failures.map(({ item }) => item.volumeId).join(", ");
      const errors = failures.map(({ error }) => error);
      throw joinErrors("SNAPSHOT_FAILED", `there is no snapshot of ${names}`, errors);
    }
    await removeSnapshots(state.home, await straySnapshots(state));
  },
  async cleanUp(state, outcome) {
    const { ec2, snapshots, ui } = state;
    if (!snapshots.asked || outcome === "succeeded") return;
    const strays = await findMade(snapshots.isUncertain, ec2.pace, () => straySnapshots(state));
    const ids = [...snapshots.ids, ...strays];
    if (ids.length > 0) ui.say(`Deleting the snapshots ${ids.join(", ")}`);
    await removeSnapshots(state.home, ids);
    snapshots.ids = [];
  },
  leftBehind: ({ snapshots }) => snapshots.ids.map((id) => `snapshot ${id}`),
};

async function snapshotVolume(
  state: EbsVolumeState,
  volumeId: string,
  settings: EbsVolumeSettings,
  signal: AbortSignal,
): Promise<void> {
  const { home, snapshots, ui } = state;
  const data = templateData(state);
  const tags = renderTags(joinTags(settings.snapshot_tags, settings.snapshot_tag), data);
  const description = settings.snapshot_description ?? `Packer: ${new Date().toISOString()}`;
  const request = {
    VolumeId: volumeId,
    Description: renderTemplate(description, data),
    ...tagSpecifications(tags, "snapshot"),
  };
  const id = await make(snapshots, () => home.createSnapshot(request, { signal }));
  snapshots.ids.push(id);
  ui.say(`Waiting for the snapshot ${id} of ${volumeId}`);
  await waitForSnapshot(state, id, signal);
  await shareSnapshot(home, id, settings, { signal });
}

async function waitForSnapshot(
  { ec2, home }: EbsVolumeState,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  await waitFor({
    what: `the snapshot ${id} in ${home.name} to be completed`,
    async look() {
      const snapshot = await home.snapshot(id, { signal });
      if (snapshot?.state === "completed") return true;
      if (snapshot === undefined || snapshot.state === "pending") return undefined;
      throw new AmazonError(
        "SNAPSHOT_FAILED",
        `the snapshot ${id} in ${home.name} is in state ${snapshot.state}: ${snapshot.stateReason ?? "EC2 does not say why"}`,
      );
    },
    limit: ec2.pace.imageLimit,
    pace: ec2.pace,
    signal,
  });
}

/**
 * Snapshots of the volumes that nobody knows of: a request whose answer was lost has made one as well, and repeating it
 * has made another.
 */
async function straySnapshots(state: EbsVolumeState): Promise<string[]> {
  const volumes = askedVolumes(state).map(({ volumeId }) => volumeId);
  const all = await state.home.snapshotsWith({ "volume-id": volumes });
  return all.map(({ id }) => id).filter((id) => !state.snapshots.ids.includes(id));
}
