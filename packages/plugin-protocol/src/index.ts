export type {
  Communicator,
  CommunicatorOptions,
  FileInfo,
  RemoteCommand,
} from "./contract/communicator.ts";
export { type Hook, PROVISION_HOOK } from "./contract/hook.ts";
export type { ProgressTracker, Ui } from "./contract/ui.ts";
export * from "./cty/index.ts";
export * from "./hcl-spec/index.ts";
