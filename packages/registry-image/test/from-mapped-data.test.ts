import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromMappedData, type Image } from "../src/index.ts";

const toImage = (key: string, value: unknown): Image => ({
  imageId: String(value),
  providerName: "p",
  providerRegion: key,
  labels: {},
  sourceImageId: "",
});

describe("fromMappedData", () => {
  it("makes an image for each entry of a record, by sorted key", () => {
    const images = fromMappedData({ west: "2", east: "1" }, toImage);
    expect(images.map((image) => [image.providerRegion, image.imageId])).toEqual([
      ["east", "1"],
      ["west", "2"],
    ]);
  });

  it("takes a Map as well, and a record without a prototype", () => {
    const record = Object.assign(Object.create(null), { a: "1" });
    expect(fromMappedData(record as Record<string, string>, toImage)).toHaveLength(1);
    expect(
      fromMappedData(
        new Map([
          ["b", "2"],
          ["a", "1"],
        ]),
        toImage,
      ).map((i) => i.imageId),
    ).toEqual(["1", "2"]);
  });

  it("answers an empty list for no entries", () => {
    expect(fromMappedData({}, toImage)).toEqual([]);
  });

  it("stops at the first error and passes it on", () => {
    const seen: string[] = [];
    const cause = new Error("bad value");
    const fails = (key: string): Image => {
      seen.push(key);
      throw cause;
    };
    expect(() => fromMappedData({ b: 1, a: 1 }, fails)).toThrow(cause);
    expect(seen).toEqual(["a"]);
  });

  it.each([[["a list"]], ["text"], [42], [null], [undefined], [new Date(0)], [new Set(["x"])]])(
    "refuses %s",
    (data) => {
      expect(() => fromMappedData(data as never, toImage as never)).toThrow(
        expect.objectContaining({ code: "NOT_A_MAP" }),
      );
    },
  );

  it("always answers in the order of the keys' UTF-16 code units, whatever they are", () => {
    // As `fc.string({ unit: "binary" })`, which takes a second to be made.
    const text = fc.array(fc.nat(0x10ffff)).map((codes) => String.fromCodePoint(...codes));
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 300 }), (keys) => {
        const images = fromMappedData(new Map(keys.map((key) => [key, key])), toImage);
        expect(images.map((image) => image.providerRegion)).toEqual([...keys].sort());
      }),
    );
  });
});
