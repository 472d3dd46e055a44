export { type Backend, defineFlow, type Flow, type ParentArtifact } from "./flow.ts";
export type { BuildReport, FlowReport, RuleReport } from "./report.ts";
export { type RunFlowOptions, runFlow } from "./run-flow.ts";
