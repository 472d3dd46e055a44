import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sortByName } from "../src/sort-by-name.ts";

/** Names of few different characters, so that many share a beginning, some are equal and some are empty. */
const names = fc.array(
  fc.string({ unit: fc.constantFrom("a", "b", "é", "漢", "😀"), maxLength: 6 }),
  {
    maxLength: 400,
  },
);

describe("sortByName", () => {
  it("sorts as Array.prototype.sort does", () => {
    fc.assert(
      fc.property(names, (given) => {
        const sorted = [...given];
        sortByName(sorted);
        expect(sorted).toEqual(given.toSorted());
      }),
    );
  });

  it("answers where each name was, every index once", () => {
    fc.assert(
      fc.property(names, (given) => {
        const sorted = [...given];
        const order = sortByName(sorted);
        expect(Array.from(order, (index) => given[index])).toEqual(sorted);
        expect(new Set(order).size).toBe(given.length);
      }),
    );
  });

  it("copes with names that begin one another, thousands of levels deep", () => {
    const given = Array.from({ length: 3000 }, (_, length) => "a".repeat(3000 - length));
    const sorted = [...given];
    sortByName(sorted);
    expect(sorted).toEqual(given.toReversed());
  });

  it("copes with as many different characters as there are", () => {
    const given = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
    const shuffled = given.toSorted((a, b) => hash(a) - hash(b));
    sortByName(shuffled);
    expect(shuffled).toEqual(given);
  });
});

function hash(text: string): number {
  return Math.imul(text.charCodeAt(0), 0x9e3779b1);
}
