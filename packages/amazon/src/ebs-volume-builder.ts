import {
  type BuildContext,
  type BuilderDefinition,
  defineBuilder,
  runSteps,
  type Step,
} from "@packerkit/plugin-sdk";
import { generatedData, notMade } from "./build-state.ts";
import { type EbsVolumeConfig, ebsVolumeConfig } from "./config/ebsvolume.ts";
import { joinTags } from "./config/tags.ts";
import { EbsVolumeArtifact } from "./ebs-volume-artifact.ts";
import { askedVolumes, type EbsVolumeState } from "./ebs-volume-state.ts";
import { startInstanceState } from "./instance-state.ts";
import type { Pace } from "./pace.ts";
import { clearAuthorizedKeys } from "./steps/clear-authorized-keys.ts";
import { connect } from "./steps/connect.ts";
import { createKeyPair, needsKeyPair } from "./steps/create-key-pair.ts";
import { createSecurityGroup } from "./steps/create-security-group.ts";
import { findNetwork } from "./steps/find-network.ts";
import { findSourceImage } from "./steps/find-source-image.ts";
import { provision } from "./steps/provision.ts";
import { snapshotVolumes } from "./steps/snapshot-volumes.ts";
import { startInstance } from "./steps/start-instance.ts";
import { stopInstance } from "./steps/stop-instance.ts";
import { tagVolumes } from "./steps/tag-volumes.ts";
import { together } from "./steps/together.ts";
import { GENERATED_DATA } from "./template.ts";

/**
 * Starts an instance with volumes, provisions it, and keeps the volumes, snapshots of them, or both.
 *
 * A build that fails or is cancelled leaves nothing behind.
 *
 * Source of the behaviour: packer-plugin-amazon 1.8.2, `builder/ebsvolume/builder.go`.
 *
 * @param pace How patient it is; the usual one by default.
 */
export function makeEbsVolumeBuilder(pace?: Pace): BuilderDefinition<typeof ebsVolumeConfig> {
  return defineBuilder({
    config: ebsVolumeConfig,
    generatedData: GENERATED_DATA,
    async run(context) {
      const state = await initialState(context, pace);
      const { packer, signal, ui } = context;
      await runSteps(stepsFor(context, state), state, {
        ui,
        signal,
        onError: packer.onError,
        debug: packer.debug,
        ...(pace === undefined ? {} : { retryDelay: pace.firstPause }),
      });
      return artifactOf(state);
    },
  });
}

/** The builder `ebsvolume`. */
export const ebsVolumeBuilder = makeEbsVolumeBuilder();

async function initialState(
  context: BuildContext<EbsVolumeConfig>,
  pace: Pace | undefined,
): Promise<EbsVolumeState> {
  const { config } = context;
  return {
    ...(await startInstanceState(context, pace)),
    config,
    devices: config.ebs_volumes,
    volumeTags: joinTags(config.run_volume_tags, config.run_volume_tag),
    snapshots: { ...notMade(), ids: [] },
  };
}

function stepsFor(
  context: BuildContext<EbsVolumeConfig>,
  state: EbsVolumeState,
): Step<EbsVolumeState>[] {
  const { config } = context;
  const isReached = config.communicator === "ssh";
  return [
    together("Look things up", [findSourceImage, findNetwork]),
    ...(needsKeyPair(state) ? [createKeyPair] : []),
    createSecurityGroup,
    startInstance,
    tagVolumes,
    ...(isReached ? [connect] : []),
    provision(context),
    ...(isReached && config.ssh_clear_authorized_keys ? [clearAuthorizedKeys] : []),
    stopInstance,
    snapshotVolumes,
  ];
}

function artifactOf(state: EbsVolumeState): EbsVolumeArtifact {
  const volumes = askedVolumes(state)
    .filter(({ settings }) => !settings.delete_on_termination)
    .map(({ volumeId }) => volumeId);
  return new EbsVolumeArtifact({
    ec2: state.ec2,
    volumes: { [state.home.name]: volumes },
    snapshots: { [state.home.name]: state.snapshots.ids },
    generatedData: generatedData(state),
  });
}
