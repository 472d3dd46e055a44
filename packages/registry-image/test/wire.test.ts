import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromWire, type Image, toWire } from "../src/index.ts";

const image: Image = {
  imageId: "ami-1",
  providerName: "aws",
  providerRegion: "us-east-1",
  labels: { team: "web" },
  sourceImageId: "ami-0",
};
const wire = {
  ImageID: "ami-1",
  ProviderName: "aws",
  ProviderRegion: "us-east-1",
  Labels: { team: "web" },
  SourceImageID: "ami-0",
};
const empty: Image = {
  imageId: "",
  providerName: "",
  providerRegion: "",
  labels: {},
  sourceImageId: "",
};

const anyImage: fc.Arbitrary<Image> = fc.record({
  imageId: fc.string(),
  providerName: fc.string(),
  providerRegion: fc.string(),
  labels: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
  sourceImageId: fc.string(),
});

describe("toWire", () => {
  it("uses the field names of the Go struct", () => {
    expect(toWire(image)).toEqual(wire);
  });

  it("copies the labels", () => {
    toWire(image).Labels["team"] = "changed";
    expect(image.labels["team"]).toBe("web");
  });
});

describe("fromWire", () => {
  it("undoes toWire, for any image", () => {
    fc.assert(
      fc.property(fc.array(anyImage), (images) => {
        expect(fromWire(images.map(toWire))).toEqual(images);
      }),
    );
  });

  it("takes one map for a list of one", () => {
    expect(fromWire(wire)).toEqual([image]);
  });

  it.each([null, undefined, []])("takes %j for no images", (nothing) => {
    expect(fromWire(nothing)).toEqual([]);
  });

  it("ignores unknown fields and leaves missing ones empty", () => {
    expect(fromWire({ ImageID: "x", Colour: "blue" })).toEqual([{ ...empty, imageId: "x" }]);
  });

  it("reads field names in any case, the exact one winning", () => {
    expect(fromWire({ ImageID: "exact", imageid: "other" })[0]?.imageId).toBe("exact");
    expect(fromWire(image)).toEqual([image]);
  });

  it.each([
    [42, "42"],
    [-0.5, "-0.5"],
    [1e21, "1000000000000000000000"],
    [2.5e-7, "0.00000025"],
    [10n ** 20n, "100000000000000000000"],
    [true, "1"],
    [false, "0"],
    [null, ""],
    [new TextEncoder().encode("bytes"), "bytes"],
  ])("takes %s for text as Packer's decoder does", (value, text) => {
    const [read] = fromWire({ ImageID: value, Labels: { key: value } });
    expect(read?.imageId).toBe(text);
    expect(read?.labels).toEqual({ key: text });
  });

  it("reads Maps, and a list of label maps merged in order", () => {
    const map = new Map<string, unknown>([
      ["ImageID", "x"],
      ["Labels", [new Map([["a", "1"]]), { a: "2", b: 3 }]],
    ]);
    expect(fromWire(map)).toEqual([{ ...empty, imageId: "x", labels: { a: "2", b: "3" } }]);
  });

  it.each([
    ["text", 'the state should be a map of image fields, not "text"'],
    [[wire, 7], "[1] should be a map of image fields, not number 7"],
    [{ ImageID: ["x"] }, "the image field ImageID should be text, not a list of 1"],
    [[{ Labels: { key: {} } }], "the image field [0].Labels.key should be text, not an object"],
    [{ Labels: "x" }, 'Labels should be a map of image fields, not "x"'],
  ])("refuses %j and says where it is wrong", (answer, message) => {
    expect(() => fromWire(answer)).toThrow(
      expect.objectContaining({ code: "NOT_AN_IMAGE", message }),
    );
  });

  it("reads anything or throws a typed error, never another", () => {
    fc.assert(
      fc.property(fc.anything({ withMap: true, withBigInt: true }), (answer) => {
        try {
          fromWire(answer);
        } catch (error) {
          expect(error).toMatchObject({ code: "NOT_AN_IMAGE" });
        }
      }),
    );
  });
});
