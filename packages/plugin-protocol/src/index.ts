export { type BrokerOptions, MuxBroker } from "./broker.ts";
export type { Builder, CancelOptions, Preparation } from "./contract/builder.ts";
export {
  type Communicator,
  type CommunicatorOptions,
  DISCONNECTED,
  type FileInfo,
  type RemoteCommand,
} from "./contract/communicator.ts";
export type { Config } from "./contract/config.ts";
export type { DataSource } from "./contract/data-source.ts";
export { type Hook, PROVISION_HOOK } from "./contract/hook.ts";
export type { PostProcessed, PostProcessor } from "./contract/post-processor.ts";
export type { Provisioner } from "./contract/provisioner.ts";
export type { AnyArtifact, RemoteArtifact } from "./contract/remote-artifact.ts";
export type { ProgressTracker, Ui } from "./contract/ui.ts";
export * from "./cty/index.ts";
export { describePlugin } from "./describe.ts";
export { formatDescription, type PluginDescription, parseDescription } from "./description.ts";
export type { RemoteBuilder } from "./endpoints/builder.ts";
export type { RemoteDataSource } from "./endpoints/data-source.ts";
export type { RemotePostProcessor } from "./endpoints/post-processor.ts";
export type { RemoteProvisioner } from "./endpoints/provisioner.ts";
export { ProtocolError, type ProtocolErrorCode } from "./errors.ts";
export {
  API_VERSION,
  type ComponentKind,
  formatHandshake,
  MAGIC_COOKIE,
  type PluginAddress,
  parseHandshake,
} from "./handshake.ts";
export * from "./hcl-spec/index.ts";
export {
  type RemoteComponents,
  type StartedPlugin,
  type StartPluginOptions,
  startPlugin,
} from "./plugin-client.ts";
export type { PluginCommand } from "./plugin-process.ts";
export {
  type ServedComponent,
  type ServeOptions,
  serveConnection,
  servePlugin,
} from "./plugin-server.ts";
export { RemoteError, RpcClient } from "./rpc/client.ts";
export { type FrameHeader, YamuxError } from "./yamux/frame.ts";
export { type YamuxOptions, YamuxSession } from "./yamux/session.ts";
export type { YamuxStream } from "./yamux/stream.ts";
