import { describe, expect, it } from "vitest";
import {
  fromArtifact,
  type Image,
  RegistryImageError,
  setLabels,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "../src/index.ts";

const artifact = { builderId: () => "a.builder", id: () => "an-id" };

describe("fromArtifact", () => {
  it("takes provider and id from the artifact, and nothing else", () => {
    expect(fromArtifact(artifact)).toEqual({
      imageId: "an-id",
      providerName: "a.builder",
      providerRegion: "",
      labels: {},
      sourceImageId: "",
    });
  });

  it("applies every override", () => {
    const image = fromArtifact(
      artifact,
      withId("i"),
      withProvider("p"),
      withRegion("r"),
      withSourceId("s"),
      setLabels({ key: "value" }),
    );
    expect(image).toEqual({
      imageId: "i",
      providerName: "p",
      providerRegion: "r",
      labels: { key: "value" },
      sourceImageId: "s",
    });
  });

  it("runs overrides in order, so the last one wins", () => {
    expect(fromArtifact(artifact, withRegion("first"), withRegion("last")).providerRegion).toBe(
      "last",
    );
  });

  it("lets an override see what the earlier ones made", () => {
    const shout = (image: Image) => {
      image.imageId = image.imageId.toUpperCase();
    };
    expect(fromArtifact(artifact, withId("quiet"), shout).imageId).toBe("QUIET");
  });

  it("passes on what an override throws, and stops there", () => {
    const cause = new Error("no such region");
    let reached = false;
    const fails = () => {
      throw cause;
    };
    const marks = () => {
      reached = true;
    };
    expect(() => fromArtifact(artifact, fails, marks)).toThrow(cause);
    expect(reached).toBe(false);
  });

  it.each([null, undefined])("refuses %s with one clear error", (nothing) => {
    expect(() => fromArtifact(nothing)).toThrow(RegistryImageError);
    expect(() => fromArtifact(nothing)).toThrow(
      expect.objectContaining({
        code: "NO_ARTIFACT",
        message: expect.stringContaining(`${nothing}`),
      }),
    );
  });

  it("gives every image labels of its own", () => {
    const shared = { key: "value" };
    const image = fromArtifact(artifact, setLabels(shared));
    image.labels["key"] = "changed";
    expect(shared).toEqual({ key: "value" });
    expect(fromArtifact(artifact).labels).not.toBe(fromArtifact(artifact).labels);
  });
});

describe("setLabels", () => {
  it("keeps strings only, as the Go SDK does", () => {
    const labels = {
      text: "yes",
      number: 1,
      flag: true,
      nothing: null,
      list: ["x"],
      missing: undefined,
    };
    expect(fromArtifact(artifact, setLabels(labels)).labels).toEqual({ text: "yes" });
  });

  it("adds to earlier labels and replaces those of the same name", () => {
    const image = fromArtifact(artifact, setLabels({ a: "1", b: "1" }), setLabels({ b: "2" }));
    expect(image.labels).toEqual({ a: "1", b: "2" });
  });

  it("treats __proto__ as a name like any other", () => {
    const image = fromArtifact(artifact, setLabels(JSON.parse('{"__proto__": "x"}')));
    expect(Object.entries(image.labels)).toEqual([["__proto__", "x"]]);
    expect(Object.getPrototypeOf(image.labels)).toBe(Object.prototype);
  });
});
