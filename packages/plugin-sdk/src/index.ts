export {
  type Communicator,
  type CommunicatorOptions,
  DISCONNECTED,
  type FileInfo,
  type Hook,
  PROVISION_HOOK,
  type ProgressTracker,
  type RemoteCommand,
  type Ui,
} from "@packerkit/plugin-protocol";
export { type BuildContext, type BuilderDefinition, defineBuilder } from "./builder.ts";
export { ConfigError, type ConfigProblem, parseConfig } from "./config.ts";
export { consoleUi } from "./console-ui.ts";
export {
  type DataSourceContext,
  type DataSourceDefinition,
  defineDataSource,
} from "./data-source.ts";
export { cleanText, messageOf, PluginError, type PluginErrorCode } from "./errors.ts";
export { type LogLevel, log, masked, maskInLog } from "./log.ts";
export {
  definePostProcessor,
  type PostProcessContext,
  type PostProcessorDefinition,
  type PostProcessResult,
} from "./post-processor.ts";
export { type ProvisionTarget, provisionStep } from "./provision.ts";
export {
  defineProvisioner,
  type ProvisionContext,
  type ProvisionerDefinition,
} from "./provisioner.ts";
export { type InProcessProvisioner, type RunBuildOptions, runBuild } from "./run-build.ts";
export {
  DEFAULT_COMPONENT,
  type Load,
  type Plugin,
  runPlugin,
} from "./run-plugin.ts";
export { defaultPackerSettings, type PackerSettings } from "./settings.ts";
export {
  type OnError,
  runSteps,
  type Step,
  StepsError,
  type StepsOptions,
  type StepsOutcome,
} from "./steps.ts";
