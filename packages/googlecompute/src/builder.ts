import { randomUUID } from "node:crypto";
import {
  type BuildContext,
  defineBuilder,
  provisionStep,
  runSteps,
  type Step,
} from "@packerkit/plugin-sdk";
import { ImageArtifact } from "./artifact.ts";
import { readCredentials } from "./authentication.ts";
import { type BuildState, generatedData } from "./build-state.ts";
import { ComputeClient } from "./client.ts";
import { configSchema, type GoogleComputeConfig } from "./config.ts";
import { endpointOf, endpointWarnings } from "./endpoints.ts";
import { notMade } from "./made.ts";
import { STARTUP_SCRIPT } from "./startup-script.ts";
import { checkTarget } from "./steps/check-target.ts";
import { connect, provisionTarget } from "./steps/connect.ts";
import { createImage } from "./steps/create-image.ts";
import { createInstance } from "./steps/create-instance.ts";
import { deleteInstance } from "./steps/delete-instance.ts";
import { findSourceImage } from "./steps/find-source-image.ts";
import { waitForInstance } from "./steps/wait-for-instance.ts";
import { waitForStartupScript } from "./steps/wait-for-startup-script.ts";

/**
 * Makes an instance from an image, provisions it, and makes an image of its disk.
 *
 * Source of the behaviour: packer-plugin-googlecompute 1.2.7, `builder/googlecompute/builder.go`.
 */
export const googleComputeBuilder = defineBuilder({
  config: configSchema,
  generatedData: ["SourceImageName"],
  warnings: endpointWarnings,

  async run(context) {
    const { config, packer, signal, ui } = context;
    const client = await ComputeClient.connect({
      credentials: readCredentials(config),
      endpoint: endpointOf(config, "compute"),
      universeDomain: config.universe_domain,
    });
    const state = newState(config, client);
    const { debug, onError } = packer;
    await runSteps(stepsFor(context), state, { ui, signal, onError, debug });
    if (state.finished === undefined) return undefined;
    return new ImageArtifact({
      client,
      image: state.finished,
      imageProject: state.image.project,
      settings: config,
      generatedData: generatedData(state),
    });
  },
});

function newState(config: GoogleComputeConfig, client: ComputeClient): BuildState {
  const { project_id: project, zone } = config;
  const instanceName = config.instance_name ?? `packer-${randomUUID()}`;
  return {
    config,
    client,
    instance: { ...notMade(), project, zone, name: instanceName },
    disk: { ...notMade(), project, zone, name: config.disk_name ?? instanceName },
    image: {
      ...notMade(),
      project: config.image_project_id ?? project,
      name: config.image_name ?? `packer-${Math.floor(Date.now() / 1000)}`,
    },
  };
}

function stepsFor(context: BuildContext<GoogleComputeConfig>): Step<BuildState>[] {
  const { config, packer, ui } = context;
  const hasScript =
    config.startup_script_file !== undefined || Boolean(config.metadata[STARTUP_SCRIPT]);
  return [
    checkTarget(ui, packer.force),
    findSourceImage(ui),
    createInstance(ui),
    waitForInstance(ui),
    ...(config.communicator === "ssh" ? [connect(ui)] : []),
    provisionStep(context, provisionTarget),
    ...(hasScript && config.wrap_startup_script ? [waitForStartupScript(ui)] : []),
    deleteInstance(ui),
    ...(config.skip_create_image ? [] : [createImage(ui, packer.force)]),
  ];
}
