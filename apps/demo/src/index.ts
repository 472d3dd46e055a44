export { type Backend, defineFlow, type Flow } from "./flow.ts";
export { type FlowReport, type RuleReport, type RunFlowOptions, runFlow } from "./run-flow.ts";
