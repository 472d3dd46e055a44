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
export { CloudSimError, type CloudSimErrorCode } from "./frame/errors.ts";
export type { Fault, FaultKind, Faults, InjectedFault } from "./frame/faults.ts";
export type { ListenOptions } from "./frame/listen.ts";
export type { RequestRecord } from "./frame/request-log.ts";
export type { RunningStandIn } from "./frame/stand-in.ts";
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
