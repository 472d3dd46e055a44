import {
  type BuildContext,
  type BuilderDefinition,
  defineBuilder,
  runSteps,
  type Step,
} from "@packerkit/plugin-sdk";
import { AMI_BUILDER_IDS, AmiArtifact } from "./artifact.ts";
import { generatedData, notMade } from "./build-state.ts";
import { type EbsConfig, ebsConfig } from "./config/ebs.ts";
import { joinTags } from "./config/tags.ts";
import { type EbsState, finalImages } from "./ebs-state.ts";
import { startInstanceState } from "./instance-state.ts";
import type { Pace } from "./pace.ts";
import { checkNames } from "./steps/check-names.ts";
import { clearAuthorizedKeys } from "./steps/clear-authorized-keys.ts";
import { connect } from "./steps/connect.ts";
import { copyImage } from "./steps/copy-image.ts";
import { createImage } from "./steps/create-image.ts";
import { createKeyPair, needsKeyPair } from "./steps/create-key-pair.ts";
import { createSecurityGroup } from "./steps/create-security-group.ts";
import { deregisterOld } from "./steps/deregister-old.ts";
import { findNetwork } from "./steps/find-network.ts";
import { findSourceImage } from "./steps/find-source-image.ts";
import { finishImages } from "./steps/finish-images.ts";
import { provision } from "./steps/provision.ts";
import { startInstance } from "./steps/start-instance.ts";
import { stopInstance } from "./steps/stop-instance.ts";
import { together } from "./steps/together.ts";
import { GENERATED_DATA } from "./template.ts";

/**
 * Starts an instance, provisions it, makes an image of it, and copies that to other regions.
 *
 * A build that fails or is cancelled leaves nothing behind; of one that succeeds, the images and their snapshots stay,
 * and volumes that the template asks to stay.
 *
 * Source of the behaviour: packer-plugin-amazon 1.8.2, `builder/ebs/builder.go`.
 *
 * @param pace How patient it is; the usual one by default.
 */
export function makeEbsBuilder(pace?: Pace): BuilderDefinition<typeof ebsConfig> {
  return defineBuilder({
    config: ebsConfig,
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
      if (context.config.skip_create_ami) return undefined;
      const images = [...finalImages(state)].map(([region, { id }]) => [region, id]);
      return new AmiArtifact({
        ec2: state.ec2,
        builderId: AMI_BUILDER_IDS.ebs,
        amis: Object.fromEntries(images),
        generatedData: generatedData(state),
        foreignSnapshots: state.foreignSnapshots,
      });
    },
  });
}

/** The builder `ebs`. */
export const ebsBuilder = makeEbsBuilder();

async function initialState(
  context: BuildContext<EbsConfig>,
  pace: Pace | undefined,
): Promise<EbsState> {
  const { config } = context;
  const devices = [...config.launch_block_device_mappings, ...config.ami_block_device_mappings];
  const volumeTags = config.run_volume_tag.map(({ name, value }) => ({ key: name, value }));
  return {
    ...(await startInstanceState(context, pace)),
    config,
    devices: config.launch_block_device_mappings,
    volumeTags: joinTags(config.run_volume_tags, volumeTags),
    built: notMade(),
    copies: new Map(),
    imageTags: joinTags(config.tags, config.tag),
    snapshotTags: joinTags(config.snapshot_tags, config.snapshot_tag),
    foreignSnapshots: new Set(devices.flatMap(({ snapshot_id }) => snapshot_id ?? [])),
  };
}

function stepsFor(context: BuildContext<EbsConfig>, state: EbsState): Step<EbsState>[] {
  const { config } = context;
  const isReached = config.communicator === "ssh";
  return [
    together("Look things up", [checkNames, findSourceImage, findNetwork]),
    ...(needsKeyPair(state) ? [createKeyPair] : []),
    createSecurityGroup,
    startInstance,
    ...(isReached ? [connect] : []),
    provision(context),
    ...(isReached && config.ssh_clear_authorized_keys ? [clearAuthorizedKeys] : []),
    stopInstance,
    ...(config.skip_create_ami ? [] : [deregisterOld, createImage, copyImage, finishImages]),
  ];
}
