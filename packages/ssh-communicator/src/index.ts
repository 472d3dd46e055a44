export { DISCONNECTED } from "@packerkit/plugin-protocol";
export { SshCommunicator } from "./communicator.ts";
export {
  checkSshSettings,
  leftOutOfSsh,
  readSshOptions,
  type SshSettings,
  sshFields,
} from "./config.ts";
export { durationField, formatDuration, parseDuration } from "./duration.ts";
export { SshError, type SshErrorCode } from "./errors.ts";
export { generateSshKeyPair, type KeyPairOptions, type SshKeyPair } from "./key-pair.ts";
export type { SshOptions } from "./options.ts";
export { publicKeyOf } from "./public-key.ts";
