import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { rules, runRule, runRules } from "../src/index.ts";
import { describeArtifactConformance } from "../src/vitest.ts";
import { makeSample, SampleArtifact, sampleExpectations, withImage } from "./sample.ts";

describeArtifactConformance("the sample", makeSample, sampleExpectations);

/** For each rule, artifacts that break it. A rule without an entry here fails the test below. */
const broken: Record<string, (typeof SampleArtifact)[]> = {
  "metadata/present": [
    withImage(() => undefined),
    withImage(() => []),
    withImage(() => "no image"),
    class extends SampleArtifact {
      override state(): unknown {
        throw new Error("boom");
      }
    },
  ],
  "image/id": [
    withImage((image) => ({ ...image, imageId: " " })),
    withImage((image) => ({ ...image, imageId: "picture" })),
  ],
  "image/provider": [
    withImage((image) => ({ ...image, providerName: "" })),
    withImage((image) => ({ ...image, providerName: "sample.builder" })),
  ],
  "image/region": [
    withImage((image) => ({ ...image, providerRegion: "" })),
    withImage((image) => ({ ...image, providerRegion: "there" })),
  ],
  "image/source-id": [
    withImage((image) => ({ ...image, sourceImageId: "" })),
    withImage((image) => ({ ...image, sourceImageId: "vendor" })),
  ],
  "image/unique": [withImage((image) => [image, { ...image, labels: {} }])],
  "labels/text": [
    withImage((image) => ({ ...image, labels: { team: 7 } })),
    withImage((image) => ({ ...image, labels: { team: "x".repeat(5000) } })),
    withImage((image) => ({ ...image, labels: { team: "\u001b[2J" } })),
    withImage((image) => ({
      ...image,
      labels: Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, "v"])),
    })),
  ],
  "labels/expected": [withImage((image) => ({ ...image, labels: {} }))],
  "artifact/no-secrets": [
    withImage((image) => ({ ...image, labels: { team: "password=s3cret" } })),
    class extends SampleArtifact {
      override toString() {
        return "Sample image, built with s3cret";
      }
    },
  ],
  "state/unknown-key": [
    class extends SampleArtifact {
      override state(name: string): unknown {
        return super.state(name) ?? "";
      }
    },
    class extends SampleArtifact {
      override state(name: string): unknown {
        return super.state(name) ?? ({} as Record<string, unknown>)[name];
      }
    },
  ],
  "state/expected-keys": [
    class extends SampleArtifact {
      override state(name: string): unknown {
        return name === ARTIFACT_STATE_URI ? super.state(name) : undefined;
      }
    },
  ],
  "state/repeatable": [
    withImage((image) => ({ ...image, labels: { team: "web", at: String(performance.now()) } })),
  ],
  "state/not-aliased": [
    class extends SampleArtifact {
      #kept: unknown;
      override state(name: string): unknown {
        if (name !== ARTIFACT_STATE_URI) return super.state(name);
        this.#kept ??= super.state(name);
        return this.#kept;
      }
    },
  ],
  "state/bad-generated-data": [
    class extends SampleArtifact {
      override state(name: string): unknown {
        const data = super.state("generated_data") as { Source: string };
        data.Source.toUpperCase();
        return super.state(name);
      }
    },
  ],
  "artifact/builder-id": [
    class extends SampleArtifact {
      override builderId() {
        return "";
      }
    },
    class extends SampleArtifact {
      override builderId() {
        return "another.builder";
      }
    },
  ],
  "artifact/id-stable": [
    class extends SampleArtifact {
      #asked = 0;
      override id() {
        return `image-${this.#asked++}`;
      }
    },
  ],
  "artifact/text": [
    class extends SampleArtifact {
      override toString() {
        return "[object Object]";
      }
    },
  ],
  "artifact/files": [
    class extends SampleArtifact {
      override files() {
        return [""];
      }
    },
  ],
  "destroy/removes": [
    class extends SampleArtifact {
      override async destroy() {}
    },
  ],
  "destroy/twice": [
    class extends SampleArtifact {
      #gone = false;
      override async destroy() {
        if (this.#gone) throw new Error("image-2 not found");
        this.#gone = true;
      }
    },
  ],
  "destroy/reports-all": [
    class extends SampleArtifact {
      override async destroy() {
        await super.destroy().catch(() => {});
      }
    },
    class extends SampleArtifact {
      override async destroy() {
        throw new Error("something failed");
      }
    },
    class extends SampleArtifact {
      override async destroy() {
        throw new Error("image-2 is in use");
      }
    },
  ],
};

/** Kept by everything that can be decoded at all, so nothing can be made to break it alone. */
const cannotBeBroken = new Set(["state/round-trip"]);

describe("rules", () => {
  it("have unique ids, a title, a reason and a source", () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(rule.title && rule.why && rule.source, rule.id).toBeTruthy();
    }
  });

  for (const rule of rules) {
    if (cannotBeBroken.has(rule.id) || rule.id === "metadata/absent") continue;
    it(`${rule.id} is violated by artifacts that break it`, async () => {
      const kinds = broken[rule.id] ?? [];
      expect(kinds, "no artifact here breaks the rule").not.toEqual([]);
      for (const Kind of kinds) {
        const result = await runRule(rule, makeSample(Kind), sampleExpectations);
        expect(result.outcome, result.detail).toBe("violated");
        expect(result.detail).not.toBe("");
      }
    });
  }

  it("metadata/absent is violated by metadata that was declared away", async () => {
    const [absent] = rules.filter(({ id }) => id === "metadata/absent");
    const expectations = { metadata: { none: "it is a plain file" } };
    const kind = withImage((image) => image);
    expect(absent && (await runRule(absent, makeSample(kind), expectations))).toMatchObject({
      outcome: "violated",
    });
  });

  it("say why they do not apply", async () => {
    const none = { none: "nothing to turn" };
    const makeBare = () => ({
      artifact: makeSample().artifact,
      withGeneratedData: none,
      remaining: none,
      breakDestroy: none,
    });
    const results = await runRules(makeBare, { sourceId: { none: "made from nothing" } });
    const reasons = results
      .filter(({ outcome }) => outcome === "not-applicable")
      .map(({ rule, detail }) => [rule.id, detail]);
    expect(reasons).toContainEqual(["image/source-id", "made from nothing"]);
    expect(reasons).toContainEqual(["destroy/removes", "nothing to turn"]);
    expect(results.filter(({ outcome }) => outcome === "violated")).toEqual([]);
  });

  it("work on an artifact of another process, which answers with promises", async () => {
    const makeRemote = () => {
      const subject = makeSample();
      const { artifact } = subject;
      return {
        ...subject,
        artifact: {
          builderId: async () => artifact.builderId(),
          files: async () => artifact.files(),
          id: async () => artifact.id(),
          toString: async () => artifact.toString(),
          state: async (name: string) => structuredClone(artifact.state(name)),
          destroy: async () => await artifact.destroy(),
        },
      };
    };
    const results = await runRules(makeRemote as never, sampleExpectations);
    expect(results.filter(({ outcome }) => outcome === "violated")).toEqual([]);
  });

  it("dispose of every subject, also after a violation", async () => {
    let open = 0;
    const makeCounted = () => {
      open++;
      return {
        ...makeSample(withImage(() => [])),
        dispose: () => {
          open--;
        },
      };
    };
    await runRules(makeCounted, sampleExpectations);
    expect(open).toBe(0);
  });
});
