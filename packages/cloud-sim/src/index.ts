export type { AzureOperationFailure } from "./azure/async-operations.ts";
export type {
  AzurePlatformImage,
  AzureResourceSummary,
  AzureSeedGroup,
  AzureSnapshot,
} from "./azure/model.ts";
export { type AzureOptions, type AzureStandIn, startAzure } from "./azure/start.ts";
export type {
  ContainerStatus,
  DockerContainerSummary,
  DockerEngineSnapshot,
  DockerImageSummary,
  DockerSeedImage,
} from "./docker-engine/model.ts";
export type { RegistryCredentials } from "./docker-engine/registry.ts";
export {
  type DockerEngineOptions,
  type DockerEngineStandIn,
  startDockerEngine,
} from "./docker-engine/start.ts";
export type {
  Ec2ImageSummary,
  Ec2InstanceSummary,
  Ec2SeedImage,
  Ec2Snapshot,
  Ec2SnapshotSummary,
  Ec2VolumeSummary,
} from "./ec2/model.ts";
export type { Ec2FailureKind, Ec2Timing } from "./ec2/region.ts";
export { type Ec2Options, type Ec2StandIn, startEc2 } from "./ec2/start.ts";
export { CloudSimError, type CloudSimErrorCode } from "./frame/errors.ts";
export type { Fault, FaultKind, Faults, InjectedFault } from "./frame/faults.ts";
export type { ListenOptions } from "./frame/listen.ts";
export type { RequestRecord } from "./frame/request-log.ts";
export type { RunningStandIn } from "./frame/stand-in.ts";
export type {
  GoogleComputeSeedImage,
  GoogleComputeSnapshot,
} from "./googlecompute/model.ts";
export type { OperationFailure } from "./googlecompute/operations.ts";
export {
  type GoogleComputeOptions,
  type GoogleComputeStandIn,
  startGoogleCompute,
} from "./googlecompute/start.ts";
export type {
  HappyCloudImage,
  HappyCloudInstance,
  HappyCloudInstanceStatus,
  HappyCloudRegion,
  HappyCloudSeedImage,
  HappyCloudSnapshot,
} from "./happy-cloud/model.ts";
export {
  type HappyCloudOptions,
  type HappyCloudStandIn,
  startHappyCloud,
} from "./happy-cloud/start.ts";
export {
  startVSphere,
  type VSphereMachineSummary,
  type VSphereOptions,
  type VSphereSnapshot,
  type VSphereStandIn,
} from "./vsphere/start.ts";
