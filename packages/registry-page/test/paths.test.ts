// @vitest-environment happy-dom
import fc from "fast-check";
import { expect, it } from "vitest";
import { paths } from "../src/routing/paths.ts";
import { arrivalAt } from "./support/arrival.tsx";

it("brings any name through an address", () => {
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 30 });
  const awkward = fc.constantFrom("100%", "%2F", "a/b?c#d", "..", "%", "%25", "x%zz", "é %20");
  fc.assert(
    fc.property(fc.oneof(text, awkward), (name) => {
      expect(arrivalAt(paths.search(name))).toBe(name.toWellFormed());
    }),
    { numRuns: 40 },
  );
});
