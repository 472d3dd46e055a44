import { randomUUID } from "node:crypto";
import { type BuildContext, defineBuilder, runSteps, type Step } from "@packerkit/plugin-sdk";
import { makeArtifact } from "./build-artifact.ts";
import type { Build, BuildState } from "./build-state.ts";
import { credentialsOf } from "./config/connection.ts";
import { type IsoConfig, isoConfig } from "./config/iso.ts";
import { ContentLibraries } from "./rest/content-library.ts";
import { attachMedia } from "./steps/attach-media.ts";
import { bootMachine } from "./steps/boot-machine.ts";
import { connect } from "./steps/connect.ts";
import { createMachine } from "./steps/create-machine.ts";
import { findLibraryIsos, isLibraryPath } from "./steps/find-library-isos.ts";
import { findPlace } from "./steps/find-place.ts";
import { guestSteps } from "./steps/guest.ts";
import { outcomeSteps } from "./steps/outcome.ts";
import { prepareExport } from "./steps/prepare-export.ts";
import { provideIso } from "./steps/provide-iso.ts";
import { shutDown } from "./steps/shut-down.ts";
import { VimSession } from "./vim25/session.ts";

/**
 * Makes a machine, installs it from an ISO image, provisions it, and makes a template, an OVF export or a library item
 * of it.
 *
 * Source of the behaviour: packer-plugin-vsphere 2.0.0, `builder/vsphere/iso/builder.go`.
 */
export const vsphereIsoBuilder = defineBuilder({
  config: isoConfig,

  warnings: ({ communicator, shutdown_command }) =>
    communicator === "none" && shutdown_command !== ""
      ? ["shutdown_command has no effect with communicator = none: nothing can run it"]
      : [],

  async run(context) {
    const { config, packer, signal, ui } = context;
    const session = new VimSession(credentialsOf(config));
    const libraries = new ContentLibraries(session);
    const build = { config, ui, packer, session, libraries, token: randomUUID() };
    const state: BuildState = { isoPaths: config.iso_paths };
    await runSteps(steps(context, build), state, {
      ui,
      signal,
      onError: packer.onError,
      debug: packer.debug,
    });
    const { iso } = state;
    const source = iso?.path ?? config.iso_paths[0] ?? "";
    return makeArtifact(build, state, source, {
      ...(source === "" ? {} : { iso_path: source }),
      ...(iso === undefined ? {} : { SourceImageURL: iso.url }),
    });
  },
});

function steps(context: BuildContext<IsoConfig>, build: Build<IsoConfig>): Step<BuildState>[] {
  const { config } = build;
  const isProvided = config.iso_url !== "" || config.iso_urls.length > 0;
  return [
    ...(config.export === undefined ? [] : [prepareExport(build)]),
    connect(build),
    findPlace(build),
    ...(isProvided ? [provideIso(build)] : []),
    ...(config.iso_paths.some(isLibraryPath) ? [findLibraryIsos(build)] : []),
    createMachine(build),
    attachMedia(build),
    bootMachine(build),
    ...guestSteps(build, context),
    shutDown(build),
    ...outcomeSteps(build),
  ];
}
