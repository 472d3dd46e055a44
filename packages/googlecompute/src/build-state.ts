import type { SshCommunicator } from "@packerkit/ssh-communicator";
import type { ComputeClient, ImageResource, ZonalName } from "./client.ts";
import type { GoogleComputeConfig } from "./config.ts";
import type { Made } from "./made.ts";
import type { NewImage } from "./new-image.ts";

/** What the steps of one build share and fill in turn. */
export interface BuildState {
  readonly config: GoogleComputeConfig;
  readonly client: ComputeClient;
  readonly instance: Made & ZonalName;
  /** The instance's boot disk, which is made with it and outlives it. */
  readonly disk: Made & ZonalName;
  readonly image: NewImage;
  /** The image that the instance starts from. */
  source?: SourceImage;
  /** Where provisioners reach the instance. */
  address?: string;
  /** The keys that were made for this build. */
  keys?: { privateKey: string; publicKey: string };
  communicator?: SshCommunicator;
  /** The image as the cloud has it in the end. */
  finished?: ImageResource;
}

/** An image to start from. */
export interface SourceImage {
  name: string;
  /** Its full URL. */
  selfLink: string;
  guestOsFeatures: readonly string[];
}

/** What provisioners and post-processors may read. */
export function generatedData({ source }: BuildState): Record<string, string> {
  return { SourceImageName: source?.name ?? "" };
}
