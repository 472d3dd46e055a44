import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeExitStatus, encodeExitStatus } from "../src/gob/exit-status.ts";

/** As Go 1.26 encodes `CommandFinished`. */
const definition =
  "2b7f0301010f436f6d6d616e6446696e697368656401ff80000101010a457869745374617475730104000000";

describe("bytes are those of Go's encoder", () => {
  const cases: [number, string][] = [
    [0, "03ff8000"],
    [1, "05ff80010200"],
    [-1, "05ff80010100"],
    [123, "06ff8001fff600"],
    [128, "07ff8001fe010000"],
    [256, "07ff8001fe020000"],
    [-129, "07ff8001fe010100"],
    [2 ** 40, "0bff8001fa02000000000000"],
  ];
  test.each(cases)("%i", (status, value) => {
    expect(encodeExitStatus(status).toString("hex")).toBe(definition + value);
    expect(decodeExitStatus(Buffer.from(definition + value, "hex"))).toBe(status);
  });
});

test("the number of the type does not matter", () => {
  const older =
    "2bff810301010f436f6d6d616e6446696e697368656401ff82000101010a45786974537461747573" +
    "0104000000" +
    "05ff82010e00";
  expect(decodeExitStatus(Buffer.from(older.replace(/^2b/, "2c"), "hex"))).toBe(7);
});

test("what is not an exit status is refused", () => {
  for (const bytes of [
    "",
    "03ff80",
    `${definition}05ff80020200`,
    `${definition}07ff800102010200`,
  ]) {
    expect(() => decodeExitStatus(Buffer.from(bytes, "hex"))).toThrow("is not gob");
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      try {
        expect(Number.isSafeInteger(decodeExitStatus(Buffer.from(noise)))).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ code: "RPC_PROTOCOL" });
      }
    }),
  );
});
