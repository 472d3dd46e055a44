import { describe, expect, it } from "vitest";
import {
  ARTIFACT_STATE_URI,
  answerState,
  collectImages,
  imagesFromState,
  LABEL_LIMITS,
} from "../src/index.ts";

const image = (overrides: object) => ({
  ImageID: "i",
  ProviderName: "p",
  ProviderRegion: "r",
  Labels: {},
  SourceImageID: "s",
  ...overrides,
});

describe("collectImages", () => {
  it("asks for the metadata key and no other", async () => {
    const asked: string[] = [];
    await collectImages({
      state(name) {
        asked.push(name);
        return undefined;
      },
    });
    expect(asked).toEqual([ARTIFACT_STATE_URI]);
  });

  it("waits for an artifact of another process", async () => {
    const { images } = await collectImages({ state: async () => image({}) });
    expect(images).toHaveLength(1);
  });

  it.each([null, undefined])("refuses %s", async (nothing) => {
    await expect(collectImages(nothing)).rejects.toMatchObject({ code: "NO_ARTIFACT" });
  });

  it("reports a state that throws, with its cause", async () => {
    const cause = new Error("connection lost");
    const failing = {
      state() {
        throw cause;
      },
    };
    await expect(collectImages(failing)).rejects.toMatchObject({
      code: "STATE_FAILED",
      message: expect.stringContaining("connection lost"),
      cause,
    });
  });
});

describe("imagesFromState", () => {
  it.each([null, undefined, []])("finds nothing in %j, and drops nothing", (answer) => {
    expect(imagesFromState(answer)).toEqual({ images: [], labels: {}, dropped: [] });
  });

  it("merges the labels of all images, later ones winning", () => {
    const { labels } = imagesFromState([
      image({ ImageID: "1", Labels: { a: "1", b: "1" } }),
      image({ ImageID: "2", Labels: { b: "2" } }),
    ]);
    expect(labels).toEqual({ a: "1", b: "2" });
  });

  it("collapses images with the same identity: the place of the first, the content of the last", () => {
    const { images, dropped } = imagesFromState([
      image({ SourceImageID: "first" }),
      image({ ImageID: "other" }),
      image({ SourceImageID: "last" }),
    ]);
    expect(images.map((one) => [one.imageId, one.sourceImageId])).toEqual([
      ["i", "last"],
      ["other", "s"],
    ]);
    expect(dropped).toEqual([
      {
        index: 2,
        reason: "duplicate",
        message: "replaces an earlier image with the same identity (provider:p, image:i, region:r)",
      },
    ]);
  });

  it("drops what is no valid image, says why, and keeps the rest", () => {
    const { images, dropped } = imagesFromState([
      image({ ImageID: " " }),
      "text",
      null,
      image({ ProviderName: "" }),
      image({ ImageID: "good" }),
    ]);
    expect(images.map((one) => one.imageId)).toEqual(["good"]);
    expect(dropped.map(({ index, reason }) => [index, reason])).toEqual([
      [0, "invalid"],
      [1, "not-an-image"],
      [2, "not-an-image"],
      [3, "invalid"],
    ]);
  });

  it("leaves out labels that would do harm, and keeps their image", () => {
    const huge = "x".repeat(1 << 20);
    const { images, labels, dropped } = imagesFromState(
      image({ Labels: { huge, bell: "\u0007", fine: "yes" } }),
    );
    expect(images[0]?.labels).toEqual({ fine: "yes" });
    expect(labels).toEqual({ fine: "yes" });
    expect(dropped.map(({ reason, message }) => [reason, message])).toEqual([
      ["bad-label", 'the label "huge" has 1048576 characters; the most is 4096: shorten it'],
      ["bad-label", 'the label "bell" has control characters in it; remove them'],
    ]);
  });

  it("keeps a bounded number of labels and reports the rest in one line", () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, "v"]));
    const { images, dropped } = imagesFromState(image({ Labels: many }));
    expect(Object.keys(images[0]?.labels ?? {})).toHaveLength(LABEL_LIMITS.count);
    expect(dropped).toEqual([
      { index: 0, reason: "bad-label", message: "9744 labels are too many; the most is 256" },
    ]);
  });
});

describe("answerState", () => {
  const data = { generated_data: { Key: "value" } };

  it("answers data by deep copy", () => {
    const answer = answerState("generated_data", data) as Record<string, string>;
    answer["Key"] = "changed";
    expect(answerState("generated_data", data)).toEqual({ Key: "value" });
  });

  it.each(["no such key", "constructor", "__proto__", "toString"])(
    "answers nothing for %s",
    (name) => {
      expect(answerState(name, data)).toBeUndefined();
    },
  );

  it("logs metadata that cannot be made, and answers nothing", () => {
    const logged: unknown[][] = [];
    const cause = new Error("no region");
    const answer = answerState(
      ARTIFACT_STATE_URI,
      data,
      () => {
        throw cause;
      },
      (...args) => logged.push(args),
    );
    expect(answer).toBeUndefined();
    expect(logged).toEqual([
      ["could not make the image metadata for the registry: no region", cause],
    ]);
  });

  it("answers no metadata where an artifact has none", () => {
    expect(answerState(ARTIFACT_STATE_URI, data)).toBeUndefined();
  });
});
