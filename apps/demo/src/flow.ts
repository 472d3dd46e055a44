import type { Expectations } from "@packerkit/conformance";
import type { BuilderDefinition, InProcessProvisioner } from "@packerkit/plugin-sdk";

/** Where an app builds, opened for one run. */
export interface Backend {
  /** `real` is the provider itself; `embedded` is the stand-in of `@packerkit/cloud-sim`. */
  kind: "real" | "embedded";
  /** One line for people: what it is and where it answers. */
  description: string;
  /** The builder's settings, as a template would give them. */
  config: Readonly<Record<string, unknown>>;
  /** What an artifact built here must look like. */
  expectations: Expectations;
  provisioners?: readonly InProcessProvisioner[];
  /** Closes the connection, or ends the stand-in. */
  close(): Promise<void>;
}

/** An app's artifact flow: which builder runs, and where. */
export interface Flow {
  /** The name of the app's folder, such as `happy-cloud`. */
  name: string;
  builder: BuilderDefinition;
  open(signal: AbortSignal): Promise<Backend>;
}

/** Defines the flow that an app's `flow.ts` exports as its default. */
export function defineFlow(flow: Flow): Flow {
  return flow;
}
