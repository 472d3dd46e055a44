export type {
  Communicator,
  CommunicatorOptions,
  FileInfo,
  RemoteCommand,
} from "./contract/communicator.ts";
export { type Hook, PROVISION_HOOK } from "./contract/hook.ts";
export type { ProgressTracker, Ui } from "./contract/ui.ts";
