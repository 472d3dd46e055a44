import fc from "fast-check";
import { type CtyType, type CtyValue, ctyType } from "../../src/cty/index.ts";
import { type CtyNumber, parseNumber } from "../../src/cty/number.ts";
import { cleanText, setItems } from "../../src/cty/value.ts";

/** Names and keys: ordinary ones, and those that trip up a record. */
const name = fc
  .oneof(fc.string({ maxLength: 6 }), fc.constantFrom("__proto__", "constructor", "é", "a b"))
  .map(cleanText);

/** Types without dynamic parts, since a value's own type has none but for nulls. */
export const anyType: fc.Arbitrary<CtyType> = fc.letrec<{ type: CtyType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<CtyType>(ctyType.string, ctyType.number, ctyType.bool),
    tie("type").map(ctyType.list),
    tie("type").map(ctyType.set),
    tie("type").map(ctyType.map),
    fc.array(tie("type"), { maxLength: 3 }).map(ctyType.tuple),
    fc
      .array(fc.tuple(name, tie("type")), { maxLength: 3 })
      .map((attributes): CtyType => ({ kind: "object", attributes: new Map(attributes) })),
  ),
})).type;

/** Numbers of every form: small, beyond 2^53, and fractions that a double holds or does not hold. */
export const anyNumber: fc.Arbitrary<CtyNumber> = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((value) => parseNumber(String(value))),
  fc
    .tuple(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), fc.integer({ min: 0, max: 30 }))
    .map(([digits, places]) => parseNumber(`${digits}e-${places}`)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => parseNumber(String(value))),
);

/** Values of a type; `unknowns` lets some of them be unknown. */
export function someValue(type: CtyType, unknowns: boolean): fc.Arbitrary<CtyValue> {
  const known = knownValue(type, unknowns);
  const nothing = fc.constant<CtyValue>({ kind: "null", type });
  const unknown = fc.constant<CtyValue>({ kind: "unknown", type });
  return unknowns
    ? fc.oneof({ weight: 8, arbitrary: known }, nothing, unknown)
    : fc.oneof({ weight: 8, arbitrary: known }, nothing);
}

/** A type, and a value of it. */
export const typedValue = (unknowns: boolean): fc.Arbitrary<{ type: CtyType; value: CtyValue }> =>
  anyType.chain((type) => someValue(type, unknowns).map((value) => ({ type, value })));

function knownValue(type: CtyType, unknowns: boolean): fc.Arbitrary<CtyValue> {
  switch (type.kind) {
    case "string":
      return fc
        .string({ unit: "grapheme" })
        .map((text) => ({ kind: "string", value: cleanText(text) }));
    case "bool":
      return fc.boolean().map((value) => ({ kind: "bool", value }));
    case "number":
      return anyNumber.map((value) => ({ kind: "number", value }));
    case "list":
    case "set":
      return fc.array(someValue(type.element, unknowns), { maxLength: 4 }).map((items) => ({
        kind: type.kind,
        element: type.element,
        items: type.kind === "set" ? setItems(items) : items,
      }));
    case "map":
      return fc
        .array(fc.tuple(name, someValue(type.element, unknowns)), { maxLength: 4 })
        .map((entries) => ({ kind: "map", element: type.element, entries: new Map(entries) }));
    case "tuple":
      return fc
        .tuple(...type.elements.map((element) => someValue(element, unknowns)))
        .map((items) => ({ kind: "tuple", items }));
    case "object":
      return fc
        .tuple(
          ...[...type.attributes].map(([attribute, attributeType]) =>
            someValue(attributeType, unknowns).map((item) => [attribute, item] as const),
          ),
        )
        .map((attributes) => ({ kind: "object", attributes: new Map(attributes) }));
    case "dynamic":
      return fc.constant({ kind: "null", type });
  }
}
