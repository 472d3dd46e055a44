import type { PackerSettings, Ui } from "@packerkit/plugin-sdk";
import type { SshCommunicator } from "@packerkit/ssh-communicator";
import type { AmiImage, Ec2Instance } from "./answers.ts";
import type { BlockDeviceConfig } from "./config/block-device.ts";
import type { RunConfig } from "./config/run.ts";
import type { Ec2 } from "./ec2.ts";
import type { Ec2Region } from "./ec2-region.ts";
import type { TemplateData } from "./template.ts";

/** What the steps around an instance share and fill in turn: both builders have one. */
export interface InstanceState {
  readonly config: RunConfig;
  readonly ec2: Ec2;
  /** The region of the build. */
  readonly home: Ec2Region;
  readonly ui: Ui;
  readonly packer: PackerSettings;
  /** Names what the build makes, so that it is found again where EC2's answer was lost. */
  readonly token: string;
  /** The tags for the instance and what is around it, and those for its volumes; still with their expressions. */
  readonly runTags: Readonly<Record<string, string>>;
  readonly volumeTags: Readonly<Record<string, string>>;
  /** The devices of the instance. */
  readonly devices: readonly BlockDeviceConfig[];
  source?: AmiImage;
  readonly network: { vpcId?: string; subnetId?: string; availabilityZone?: string };
  readonly keyPair: Made & { name?: string; privateKey?: string };
  readonly securityGroup: Made & { ids: string[] };
  readonly instance: Made & { details?: Ec2Instance };
  communicator?: SshCommunicator;
}

/** Whether things were made. */
export interface Made {
  /** EC2 was asked to make one. */
  asked: boolean;
  /** EC2 was asked, and its answer was lost: one may exist, or come to exist. */
  isUncertain: boolean;
}

/** Nothing was made yet. */
export function notMade(): Made {
  return { asked: false, isUncertain: false };
}

/** The image that the build starts from. It is there once it was found. */
export function sourceOf({ source }: Pick<InstanceState, "source">): AmiImage {
  return source as AmiImage;
}

/** The instance. It is there once it runs. */
export function instanceOf({ instance }: Pick<InstanceState, "instance">): Ec2Instance {
  return instance.details as Ec2Instance;
}

/** What provisioners, post-processors and texts of the template may read. */
export function generatedData(
  state: Pick<InstanceState, "home" | "source">,
): Record<string, string> {
  const { home, source } = state;
  return {
    BuildRegion: home.name,
    SourceAMI: source?.id ?? "",
    SourceAMICreationDate: source?.creationDate ?? "",
    SourceAMIName: source?.name ?? "",
    SourceAMIOwner: source?.ownerId ?? "",
    SourceAMIOwnerName: source?.ownerAlias ?? "",
  };
}

/** What the expressions in texts of the template stand for. */
export function templateData(state: Pick<InstanceState, "home" | "source">): TemplateData {
  return { values: generatedData(state), sourceTags: state.source?.tags ?? {} };
}
