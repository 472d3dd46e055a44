import { randomUUID } from "node:crypto";
import { type BuildContext, defineBuilder, runSteps, type Step } from "@packerkit/plugin-sdk";
import { makeArtifact } from "./build-artifact.ts";
import type { Build, BuildState } from "./build-state.ts";
import { type CloneConfig, cloneConfig } from "./config/clone.ts";
import { credentialsOf } from "./config/connection.ts";
import { ContentLibraries } from "./rest/content-library.ts";
import { bootMachine } from "./steps/boot-machine.ts";
import { cloneMachine } from "./steps/clone-machine.ts";
import { configureMachine } from "./steps/configure-machine.ts";
import { connect } from "./steps/connect.ts";
import { findLibraryIsos, isLibraryPath } from "./steps/find-library-isos.ts";
import { findPlace } from "./steps/find-place.ts";
import { guestSteps } from "./steps/guest.ts";
import { outcomeSteps } from "./steps/outcome.ts";
import { prepareExport } from "./steps/prepare-export.ts";
import { shutDown } from "./steps/shut-down.ts";
import { VimSession } from "./vim25/session.ts";

/**
 * Clones a template or a machine, provisions the clone, and makes a template, an OVF export or a library item of it.
 *
 * With `communicator = none` the clone is not started.
 *
 * Source of the behaviour: packer-plugin-vsphere 2.0.0, `builder/vsphere/clone/builder.go`.
 */
export const vsphereCloneBuilder = defineBuilder({
  config: cloneConfig,

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
    const { template } = config;
    return makeArtifact(build, state, template, { source_template: template });
  },
});

function steps(context: BuildContext<CloneConfig>, build: Build<CloneConfig>): Step<BuildState>[] {
  const { config } = build;
  const runs = config.communicator !== "none";
  return [
    ...(config.export === undefined ? [] : [prepareExport(build)]),
    connect(build),
    findPlace(build),
    ...(config.iso_paths.some(isLibraryPath) ? [findLibraryIsos(build)] : []),
    cloneMachine(build),
    configureMachine(build),
    ...(runs ? [bootMachine(build), ...guestSteps(build, context), shutDown(build)] : []),
    ...outcomeSteps(build),
  ];
}
