import { type Communicator, type Hook, PROVISION_HOOK, type Ui } from "@packerkit/plugin-protocol";
import type { Artifact } from "@packerkit/registry-image";
import type { z } from "zod";
import type { BuilderDefinition } from "./builder.ts";
import { parseConfig } from "./config.ts";
import { consoleUi } from "./console-ui.ts";
import { defaultPackerSettings, type PackerSettings } from "./settings.ts";

/** Provisions a machine in a build that runs without Packer. */
export type InProcessProvisioner = (machine: {
  communicator: Communicator;
  ui: Ui;
  /** The generated data, as provisioners under Packer see it. */
  data: Readonly<Record<string, unknown>>;
  signal: AbortSignal;
}) => Promise<void>;

/** How to run a build in this process. */
export interface RunBuildOptions {
  /** The settings, as a template would give them. */
  config: Readonly<Record<string, unknown>>;
  /** Default: a console. */
  ui?: Ui;
  signal?: AbortSignal;
  packer?: Partial<PackerSettings>;
  provisioners?: readonly InProcessProvisioner[];
}

/**
 * Runs a builder in this process, with no Packer: checks the settings, builds, provisions, and answers the artifact
 * (`undefined` where the builder makes none).
 *
 * @throws {ConfigError} where the settings do not fit; whatever the builder throws, as it is.
 */
export async function runBuild<Schema extends z.ZodObject>(
  builder: BuilderDefinition<Schema>,
  options: RunBuildOptions,
): Promise<Artifact | undefined> {
  const packer = { ...defaultPackerSettings, ...options.packer };
  const ui = options.ui ?? consoleUi(packer.buildName);
  const signal = options.signal ?? new AbortController().signal;
  const config = parseConfig(packer.buildName || "builder", builder.config, options.config);
  for (const warning of builder.warnings?.(config) ?? []) ui.say(`Warning: ${warning}`);
  const hook = provisioningHook(options.provisioners ?? [], signal);
  return await builder.run({ config, ui, hook, signal, packer });
}

function provisioningHook(
  provisioners: readonly InProcessProvisioner[],
  signal: AbortSignal,
): Hook {
  return {
    async run(name, ui, communicator, data, options) {
      if (name !== PROVISION_HOOK || communicator === undefined) return;
      for (const provision of provisioners) {
        await provision({ communicator, ui, data, signal: options?.signal ?? signal });
      }
    },
  };
}
