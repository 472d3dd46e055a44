// @vitest-environment happy-dom
import fc from "fast-check";
import { expect, it } from "vitest";
import { paths } from "../src/routing/paths.ts";
import { arrivalAt } from "./support/arrival.tsx";

it("brings any name through an address", () => {
  // As `fc.string({ unit: "binary" })`, which takes a second to be made.
  const text = fc
    .array(fc.nat(0x10ffff), { minLength: 1, maxLength: 30 })
    .map((codes) => String.fromCodePoint(...codes).toWellFormed());
  const awkward = fc.constantFrom("100%", "%2F", "a/b?c#d", "..", "%", "%25", "x%zz", "é %20");
  fc.assert(
    fc.property(fc.oneof(text, awkward), (name) => {
      expect(arrivalAt(paths.search(name))).toBe(name.toWellFormed());
    }),
    { numRuns: 40 },
  );
});
