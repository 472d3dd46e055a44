import { randomUUID } from "node:crypto";
import { defineBuilder, runSteps, type Step } from "@packerkit/plugin-sdk";
import { makeArtifact } from "./build-artifact.ts";
import type { Build, BuildState } from "./build-state.ts";
import { type CloneConfig, cloneConfig } from "./config/clone.ts";
import { credentialsOf } from "./config/connection.ts";
import { ContentLibraries } from "./rest/content-library.ts";
import { cloneMachine } from "./steps/clone-machine.ts";
import { configureMachine } from "./steps/configure-machine.ts";
import { connect } from "./steps/connect.ts";
import { findPlace } from "./steps/find-place.ts";
import { outcomeSteps } from "./steps/outcome.ts";
import { VimSession } from "./vim25/session.ts";

/**
 * Clones a template or a machine, provisions the clone, and makes a template, an OVF export or a library item of it.
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
    await runSteps(steps(build), state, {
      ui,
      signal,
      onError: packer.onError,
      debug: packer.debug,
    });
    const { template } = config;
    return makeArtifact(build, state, template, { source_template: template });
  },
});

function steps(build: Build<CloneConfig>): Step<BuildState>[] {
  return [
    connect(build),
    findPlace(build),
    cloneMachine(build),
    configureMachine(build),
    ...outcomeSteps(build),
  ];
}
