export { amiDataSource, makeAmiDataSource } from "./ami-data-source.ts";
export { AMI_BUILDER_IDS, AmiArtifact, type AmiArtifactOptions } from "./artifact.ts";
export { type EbsConfig, ebsConfig } from "./config/ebs.ts";
export { type EbsVolumeConfig, ebsVolumeConfig } from "./config/ebsvolume.ts";
export { ebsBuilder, makeEbsBuilder } from "./ebs-builder.ts";
export {
  EBS_VOLUME_BUILDER_ID,
  EbsVolumeArtifact,
  type EbsVolumeArtifactOptions,
} from "./ebs-volume-artifact.ts";
export { ebsVolumeBuilder, makeEbsVolumeBuilder } from "./ebs-volume-builder.ts";
export { type CallOptions, Ec2 } from "./ec2.ts";
export { AmazonError, type AmazonErrorCode } from "./errors.ts";
export { type Pace, USUAL_PACE } from "./pace.ts";
