import { demand, type Rule, SOURCES, show } from "../rule.ts";

/** The artifact's own answers. */
export const artifactRules: readonly Rule[] = [
  {
    id: "artifact/builder-id",
    title: "builderId() names the kind of builder",
    why: "Post-processors decide by it whether they can handle the artifact.",
    source: SOURCES.artifactGo,
    async check({ artifact }, { builderId }) {
      const answer = await artifact.builderId();
      demand(
        typeof answer === "string" && answer.trim() !== "",
        () => `builderId() is ${show(answer)}`,
      );
      demand(
        builderId === undefined || answer === builderId,
        () => `builderId() is ${show(answer)}, not ${show(builderId)}`,
      );
    },
  },
  {
    id: "artifact/id-stable",
    title: "id() is text and stays the same",
    why: "It is printed, written to manifests and compared.",
    source: SOURCES.artifactGo,
    async check({ artifact }) {
      const first = await artifact.id();
      const second = await artifact.id();
      demand(typeof first === "string", () => `id() is ${show(first)}; answer text`);
      demand(first === second, () => `id() was ${show(first)}, then ${show(second)}`);
    },
  },
  {
    id: "artifact/text",
    title: "toString() says what was built",
    why: "It is all that a person sees at the end of a build.",
    source: SOURCES.artifactGo,
    async check({ artifact }) {
      const text = await artifact.toString();
      demand(typeof text === "string" && text.trim() !== "", () => `toString() is ${show(text)}`);
      demand(!text.startsWith("[object "), () => `toString() is ${show(text)}: write one`);
    },
  },
  {
    id: "artifact/files",
    title: "files() lists paths",
    why: "Post-processors such as compress and checksum open them.",
    source: SOURCES.artifactGo,
    async check({ artifact }) {
      const files = await artifact.files();
      demand(Array.isArray(files), () => `files() is ${show(files)}; answer a list`);
      const odd = files.find((file) => typeof file !== "string" || file === "");
      demand(odd === undefined, () => `files() holds ${show(odd)}, which is no path`);
    },
  },
];
