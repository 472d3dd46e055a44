import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Rule } from "./rule.ts";
import { type RuleResult, readOnlyRules, rules, runRule, runRules } from "./run-rules.ts";
import type { Expectations, Subject } from "./subject.ts";

/**
 * Declares one test per rule for a kind of artifact. The rules that leave an artifact as it is share one that
 * `makeSubject` makes; for each of the others it is called afresh.
 * The tests of `@packerkit/happy-cloud` show it in use.
 */
export function describeArtifactConformance(
  name: string,
  makeSubject: () => Subject | Promise<Subject>,
  expectations: Expectations,
): void {
  describe(`conformance of ${name}`, () => {
    let subject: Subject | undefined;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    // Before the other rules run: what still exists of this subject could be taken for theirs.
    afterAll(async () => {
      await subject?.dispose?.();
    });
    for (const rule of readOnlyRules) {
      declare(rule, () => runRule(rule, subject as Subject, expectations));
    }
  });
  describe(`conformance of ${name}`, () => {
    for (const rule of rules.filter((each) => !readOnlyRules.includes(each))) {
      declare(rule, async () => {
        const [result] = await runRules(makeSubject, expectations, [rule]);
        return result as RuleResult;
      });
    }
  });
}

function declare(rule: Rule, run: () => Promise<RuleResult>): void {
  it(`${rule.id}: ${rule.title}`, async ({ annotate }) => {
    const { outcome, detail } = await run();
    if (outcome === "not-applicable") await annotate(`not applicable: ${detail}`);
    expect(outcome, `${detail} (why: ${rule.why} source: ${rule.source})`).not.toBe("violated");
  });
}
