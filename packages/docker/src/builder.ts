import { randomBytes } from "node:crypto";
import { defineBuilder, provisionStep, runSteps, type Step } from "@packerkit/plugin-sdk";
import { ExportArtifact, ImportArtifact } from "./artifact.ts";
import type { BuildState } from "./build-state.ts";
import { Engine } from "./client.ts";
import { configSchema, type DockerConfig } from "./config.ts";
import { readEngineAddress } from "./engine-address.ts";
import { UNKNOWN_IMAGE_SHA256 } from "./generated-data.ts";
import { buildBaseImage } from "./steps/build-base-image.ts";
import { commitContainer } from "./steps/commit-container.ts";
import { exportContainer } from "./steps/export-container.ts";
import { findSourceImage } from "./steps/find-source-image.ts";
import { prepareExport } from "./steps/prepare-export.ts";
import { provisionTarget } from "./steps/provision.ts";
import { reachEngine } from "./steps/reach-engine.ts";
import { startContainer } from "./steps/start-container.ts";
import { trackImages } from "./steps/track-images.ts";

/**
 * Starts a container from an image, provisions it, and makes an image or a tar archive of it.
 *
 * A build that fails or is cancelled leaves no container, image or file. An image that was pulled stays: it is the
 * engine's cache of the registry, and other builds may use it.
 *
 * Source of the behaviour: packer-plugin-docker 1.1.4, `builder/docker/builder.go`.
 */
export const dockerBuilder = defineBuilder({
  config: configSchema,
  generatedData: ["ImageSha256", "SourceImageSha256", "SourceImageDigest"],

  warnings(config) {
    if (config.build === undefined || config.pull === undefined) return [];
    return ["pull has no effect together with build; set build.pull instead"];
  },

  async run(context) {
    const { config, packer, signal, ui } = context;
    const token = `packerkit-${randomBytes(8).toString("hex")}`;
    const state: BuildState = {
      config,
      engine: new Engine(readEngineAddress(config.docker_host)),
      ui,
      token,
      generatedData: { ImageSha256: UNKNOWN_IMAGE_SHA256 },
      container: { name: token, asked: false, isUncertain: false },
      images: { asked: false, isUncertain: false },
    };
    const provision = provisionStep(context, provisionTarget);
    await runSteps(stepsFor(config, provision), state, { ui, signal, onError: packer.onError });
    return artifactOf(state);
  },
});

function stepsFor(config: DockerConfig, provision: Step<BuildState>): Step<BuildState>[] {
  return [
    ...(config.export_path === undefined ? [] : [prepareExport]),
    reachEngine,
    trackImages,
    config.build === undefined ? findSourceImage : buildBaseImage,
    startContainer,
    provision,
    ...(config.commit ? [commitContainer] : []),
    ...(config.export_path === undefined ? [] : [exportContainer]),
  ];
}

function artifactOf(state: BuildState): ImportArtifact | ExportArtifact {
  const { config, engine, generatedData, images, source } = state;
  if (images.committed === undefined) {
    return new ExportArtifact({ path: config.export_path, generatedData });
  }
  const isOwnBase = config.build !== undefined && source !== undefined;
  return new ImportArtifact({
    engine,
    id: images.committed,
    generatedData,
    baseImages: isOwnBase ? [source.id] : [],
  });
}
