import { describe, expect, it } from "vitest";
import { rules, runRules } from "./run-rules.ts";
import type { Expectations, Subject } from "./subject.ts";

/**
 * Declares one test per rule for a kind of artifact. `makeSubject` is called afresh for each.
 * The tests of `@packerkit/happy-cloud` show it in use.
 */
export function describeArtifactConformance(
  name: string,
  makeSubject: () => Subject | Promise<Subject>,
  expectations: Expectations,
): void {
  describe(`conformance of ${name}`, () => {
    for (const rule of rules) {
      it(`${rule.id}: ${rule.title}`, async ({ annotate }) => {
        const [result] = await runRules(makeSubject, expectations, [rule]);
        if (result?.outcome === "not-applicable")
          await annotate(`not applicable: ${result.detail}`);
        expect(
          result?.outcome,
          `${result?.detail} (why: ${rule.why} source: ${rule.source})`,
        ).not.toBe("violated");
      });
    }
  });
}
