import { type InstanceState, instanceOf, type Made } from "./build-state.ts";
import type { EbsVolumeConfig, EbsVolumeSettings } from "./config/ebsvolume.ts";

/** What the steps of an `ebsvolume` build share and fill in turn. */
export interface EbsVolumeState extends InstanceState {
  readonly config: EbsVolumeConfig;
  readonly devices: readonly EbsVolumeSettings[];
  /** The snapshots that are made of the volumes. */
  readonly snapshots: Made & { ids: string[] };
}

/** The volumes of the instance that the template asks for, each with what it says of it. */
export function askedVolumes(
  state: EbsVolumeState,
): { volumeId: string; settings: EbsVolumeSettings }[] {
  return instanceOf(state).volumes.flatMap(({ deviceName, volumeId }) => {
    const settings = state.devices.find(({ device_name }) => device_name === deviceName);
    return settings === undefined ? [] : [{ volumeId, settings }];
  });
}
