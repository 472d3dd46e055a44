import { describe, expect, it } from "vitest";
import {
  formatImage,
  LABEL_LIMITS,
  labelProblem,
  validateImage,
  validateLabels,
} from "../src/index.ts";

const image = { imageId: "ami-1", providerName: "aws", providerRegion: "us-east-1" };

describe("validateImage", () => {
  it("accepts an image without region, labels or source", () => {
    expect(() => validateImage({ imageId: "i", providerName: "p" })).not.toThrow();
  });

  it.each(["", " ", "\t\n"])("refuses the image id %j and names the provider", (imageId) => {
    expect(() => validateImage({ ...image, imageId })).toThrow(
      expect.objectContaining({ code: "NO_IMAGE_ID", message: expect.stringContaining('"aws"') }),
    );
  });

  it.each(["", "  "])("refuses the provider name %j and names the image", (providerName) => {
    expect(() => validateImage({ ...image, providerName })).toThrow(
      expect.objectContaining({
        code: "NO_PROVIDER_NAME",
        message: expect.stringContaining('"ami-1"'),
      }),
    );
  });
});

describe("formatImage", () => {
  it("is the line by which Packer tells images apart", () => {
    expect(formatImage(image)).toBe("provider:aws, image:ami-1, region:us-east-1");
    expect(formatImage({ ...image, providerRegion: "" })).toBe(
      "provider:aws, image:ami-1, region:",
    );
  });
});

describe("labels", () => {
  it.each([
    ["", "x", "has an empty name; name it"],
    ["k".repeat(129), "x", "has a name of 129 characters; the most is 128"],
    ["a\u0000b", "x", "has control characters in its name; remove them"],
    ["key", 42, "is number 42; make it text"],
    ["key", null, "is null; make it text"],
    ["key", "x".repeat(1 << 20), "has 1048576 characters; the most is 4096: shorten it"],
    ["key", "\u001b[31mred", "has control characters in it; remove them"],
    ["key", "\u0085", "has control characters in it; remove them"],
  ])("%# tells what is wrong", (key, value, problem) => {
    expect(labelProblem(key, value)).toBe(problem);
  });

  it("accepts text with line breaks, tabs and any script", () => {
    expect(labelProblem("ключ", "line 1\r\n\tline 2 – 画像")).toBeUndefined();
  });

  it("names every bad label in one error, without their values", () => {
    const labels = { good: "x", bad: "\u0007secret", worse: 1 };
    expect(() => validateLabels(labels)).toThrow(
      expect.objectContaining({
        code: "BAD_LABELS",
        message:
          'the label "bad" has control characters in it; remove them; the label "worse" is number 1; make it text',
      }),
    );
  });

  it("bounds their number", () => {
    const many = Object.fromEntries(
      Array.from({ length: LABEL_LIMITS.count + 1 }, (_, n) => [`k${n}`, ""]),
    );
    expect(() => validateLabels(many)).toThrow("there are 257 labels; the most is 256");
  });
});
