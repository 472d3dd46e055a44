import { ARTIFACT_STATE_URI, LABEL_LIMITS, labelProblem } from "@packerkit/registry-image";
import { askState, readImages, withoutMetadata } from "../metadata.ts";
import { demand, type Rule, SOURCES, show } from "../rule.ts";

/** The labels of the images. */
export const labelRules: readonly Rule[] = [
  {
    id: "labels/text",
    title: "labels are short, clean text",
    why: "Labels are stored and shown elsewhere: other types are lost, control characters and megabytes do harm.",
    source: SOURCES.contract,
    notApplicable: withoutMetadata,
    async check({ artifact }) {
      for (const labels of rawLabels(await askState(artifact, ARTIFACT_STATE_URI))) {
        const entries = Object.entries(labels);
        demand(
          entries.length <= LABEL_LIMITS.count,
          () => `an image has ${entries.length} labels; the most is ${LABEL_LIMITS.count}`,
        );
        for (const [key, value] of entries) {
          const problem = labelProblem(key, value);
          demand(problem === undefined, () => `the label ${show(key)} ${problem}`);
        }
      }
    },
  },
  {
    id: "labels/expected",
    title: "every image has the labels that its kind promises",
    why: "People search the registry by these labels.",
    source: "docs/provider-mappings.md",
    notApplicable: (subject, expectations) =>
      withoutMetadata(subject, expectations) ??
      (expectations.labels === undefined ? "no labels were promised" : undefined),
    async check({ artifact }, { labels = [] }) {
      for (const image of await readImages(artifact)) {
        const missing = labels.filter((label) => !Object.hasOwn(image.labels, label));
        demand(
          missing.length === 0,
          () => `the image ${show(image.imageId)} lacks the labels ${missing.join(", ")}`,
        );
      }
    },
  },
  {
    id: "artifact/no-secrets",
    title: "no secret shows in the metadata, the id, the files or the text",
    why: "All of them are printed, logged and stored outside the reach of whoever owns the secret.",
    source: SOURCES.contract,
    notApplicable: (_, { secrets = [] }) =>
      secrets.length === 0 ? "no secrets were given to look for" : undefined,
    async check({ artifact }, { secrets = [] }) {
      const places = {
        metadata: await askState(artifact, ARTIFACT_STATE_URI),
        generated_data: await askState(artifact, "generated_data"),
        "id()": await artifact.id(),
        "files()": await artifact.files(),
        "toString()": await artifact.toString(),
      };
      for (const [place, value] of Object.entries(places)) {
        const text = JSON.stringify(value) ?? "";
        const shown = secrets.some((secret) => secret !== "" && text.includes(secret));
        demand(!shown, () => `${place} contains a secret; leave it out`);
      }
    },
  },
];

/** The labels as they are answered, before anything is decoded. */
function rawLabels(answer: unknown): Record<string, unknown>[] {
  const images = Array.isArray(answer) ? answer : [answer];
  return images.flatMap((image: unknown) => {
    if (typeof image !== "object" || image === null) return [];
    const key = Object.keys(image).find((name) => name.toLowerCase() === "labels");
    const labels = key === undefined ? undefined : (image as Record<string, unknown>)[key];
    return typeof labels === "object" && labels !== null ? [labels as Record<string, unknown>] : [];
  });
}
