export { type Rule, RuleViolation } from "./rule.ts";
export { type RuleResult, readOnlyRules, rules, runRule, runRules } from "./run-rules.ts";
export type { ArtifactHandle, Expectations, None, Subject } from "./subject.ts";
