import { isDeepStrictEqual } from "node:util";
import { ARTIFACT_STATE_URI, fromWire, toWire, validateImage } from "@packerkit/registry-image";
import { askState, readImages, withoutMetadata } from "../metadata.ts";
import { demand, type Rule, SOURCES, show } from "../rule.ts";
import { isNone } from "../subject.ts";

/** How an artifact answers `state`. */
export const stateRules: readonly Rule[] = [
  {
    id: "state/unknown-key",
    title: "an unknown key answers nothing",
    why: "A consumer tells by the answer whether the artifact knows the key.",
    source: SOURCES.artifactGo,
    async check({ artifact }) {
      for (const key of ["packerkit.no-such-key", "", "constructor", "toString", "__proto__"]) {
        const answer = await askState(artifact, key);
        demand(answer == null, () => `state(${show(key)}) answers ${show(answer)}, not undefined`);
      }
    },
  },
  {
    id: "state/expected-keys",
    title: "the keys that the kind promises have an answer",
    why: "Post-processors and other consumers read them.",
    source: "docs/provider-mappings.md",
    notApplicable: (_, { stateKeys = [] }) =>
      stateKeys.length === 0 ? "no state keys were promised" : undefined,
    async check({ artifact }, { stateKeys = [] }) {
      for (const key of stateKeys) {
        const answer = await askState(artifact, key);
        demand(answer != null, () => `state(${show(key)}) answers nothing`);
      }
    },
  },
  {
    id: "state/repeatable",
    title: "asking twice gives the same answer, in the same order",
    why: "A rebuild that stores the same rows in another order cannot be compared.",
    source: SOURCES.contract,
    async check({ artifact }) {
      const first = JSON.stringify(await askState(artifact, ARTIFACT_STATE_URI));
      const second = JSON.stringify(await askState(artifact, ARTIFACT_STATE_URI));
      demand(
        first === second,
        () => `the first answer was ${show(first)}, the second ${show(second)}`,
      );
    },
  },
  {
    id: "state/not-aliased",
    title: "changing an answer does not change the next",
    why: "Packer and post-processors merge labels into what they are handed.",
    source: SOURCES.contract,
    async check({ artifact }, { stateKeys = [] }) {
      for (const key of [ARTIFACT_STATE_URI, "generated_data", ...stateKeys]) {
        const before = structuredClone(await askState(artifact, key));
        scribble(await askState(artifact, key));
        const after = await askState(artifact, key);
        demand(
          isDeepStrictEqual(structuredClone(after), before),
          () => `after its first answer was changed, state(${show(key)}) answers ${show(after)}`,
        );
      }
    },
  },
  {
    id: "state/round-trip",
    title: "the metadata survives the wire",
    why: "What Packer stores is what arrives, not what was meant.",
    source: SOURCES.bucketGo,
    notApplicable: withoutMetadata,
    async check({ artifact }) {
      const images = await readImages(artifact);
      const arrived = fromWire(JSON.parse(JSON.stringify(images.map(toWire))));
      demand(
        isDeepStrictEqual(arrived, images),
        () => `${show(images)} arrives as ${show(arrived)}`,
      );
    },
  },
  {
    id: "state/bad-generated-data",
    title: "missing or malformed generated data does not break the metadata",
    why: "The official amazon, docker and azure plugins crash on it after a build that succeeded.",
    source: "docs/provider-mappings.md",
    notApplicable: ({ withGeneratedData }) =>
      isNone(withGeneratedData) ? withGeneratedData.none : undefined,
    async check({ artifact, withGeneratedData }) {
      if (isNone(withGeneratedData)) return;
      const known = await askState(artifact, "generated_data");
      for (const generatedData of malformed(known)) {
        const broken = await withGeneratedData(generatedData);
        const images = await readImages(broken);
        for (const image of images) {
          try {
            validateImage(image);
          } catch (error) {
            demand(false, () => `with generated_data ${show(generatedData)}: ${String(error)}`);
          }
        }
        await broken.toString();
      }
    },
  },
];

/** No data, data of other types, and the artifact's own keys one by one missing or holding another type. */
function malformed(known: unknown): unknown[] {
  const whole = [undefined, null, 42, "text", [], ["a"], {}, new Map()];
  if (typeof known !== "object" || known === null || Array.isArray(known)) return whole;
  const perKey = Object.keys(known).flatMap((key) => {
    const { [key]: _, ...rest } = known as Record<string, unknown>;
    return [rest, ...[null, 42, true, [], {}, ""].map((value) => ({ ...rest, [key]: value }))];
  });
  return [...whole, ...perKey];
}

/** Changes everything in a value that can be changed. */
function scribble(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    scribble(record[key]);
    if (typeof record[key] !== "object") record[key] = "changed by the conformance kit";
  }
  if (Array.isArray(value)) value.push("added by the conformance kit");
  else record["added by the conformance kit"] = "yes";
}
