import type { Expectations } from "@packerkit/conformance";
import type { BuilderDefinition, InProcessProvisioner } from "@packerkit/plugin-sdk";
import type { Image } from "@packerkit/registry-image";

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
  /** The settings of a second image, which is built on the first; those that it leaves out are as in `config`. */
  childConfig?(parent: ParentArtifact): Readonly<Record<string, unknown>>;
  /** Closes the connection, or ends the stand-in. */
  close(): Promise<void>;
}

/** An artifact that another image is built on. */
export interface ParentArtifact {
  /** The artifact's own id. */
  id: string;
  /** At least one. */
  images: readonly [Image, ...Image[]];
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
