export {
  ARM_BUILDER_ID,
  ArmArtifact,
  type ArmArtifactOptions,
  type GalleryVersion,
  type ManagedImage,
  PROVIDER,
  type Vhd,
} from "./artifact.ts";
export { armBuilder } from "./builder.ts";
export {
  CHROOT_BUILDER_ID,
  ChrootArtifact,
  type ChrootArtifactOptions,
} from "./chroot-artifact.ts";
export { AzureClient } from "./client.ts";
export { type ArmConfig, configSchema } from "./config.ts";
export { type Environment, findEnvironment } from "./environment.ts";
export { AzureError, type AzureErrorCode } from "./errors.ts";
export type { Removable } from "./remove-all.ts";
