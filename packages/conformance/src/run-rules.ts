import type { Rule } from "./rule.ts";
import { artifactRules } from "./rules/artifact-rules.ts";
import { destroyRules } from "./rules/destroy-rules.ts";
import { imageRules } from "./rules/image-rules.ts";
import { labelRules } from "./rules/label-rules.ts";
import { stateRules } from "./rules/state-rules.ts";
import type { Expectations, Subject } from "./subject.ts";

/** Every rule, in the order in which a report shows them. */
export const rules: readonly Rule[] = [
  ...imageRules,
  ...labelRules,
  ...stateRules,
  ...artifactRules,
  ...destroyRules,
];

/** Rules that do not change or destroy the artifact: they can be asked of one that is to be kept. */
export const readOnlyRules: readonly Rule[] = rules.filter(
  (rule) => !destroyRules.includes(rule) && rule.id !== "state/bad-generated-data",
);

/** What became of one rule. */
export interface RuleResult {
  rule: Rule;
  outcome: "kept" | "violated" | "not-applicable";
  /** What was found, or why the rule does not apply; empty where it was kept. */
  detail: string;
}

/** Checks one rule against one subject; it does not throw. */
export async function runRule(
  rule: Rule,
  subject: Subject,
  expectations: Expectations,
): Promise<RuleResult> {
  const reason = rule.notApplicable?.(subject, expectations);
  if (reason !== undefined) return { rule, outcome: "not-applicable", detail: reason };
  try {
    await rule.check(subject, expectations);
    return { rule, outcome: "kept", detail: "" };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { rule, outcome: "violated", detail };
  }
}

/** Checks rules one after the other, each against a fresh subject, which is disposed of afterwards. */
export async function runRules(
  makeSubject: () => Subject | Promise<Subject>,
  expectations: Expectations,
  selected: readonly Rule[] = rules,
): Promise<RuleResult[]> {
  const results: RuleResult[] = [];
  for (const rule of selected) {
    const subject = await makeSubject();
    try {
      results.push(await runRule(rule, subject, expectations));
    } finally {
      await subject.dispose?.();
    }
  }
  return results;
}
