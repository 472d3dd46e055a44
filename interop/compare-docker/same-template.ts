import { isDeepStrictEqual } from "node:util";
import type Docker from "dockerode";
import { type Answers, readNotedState } from "../src/noted-state.ts";
import { writeTemplate } from "../src/template.ts";
import type { DockerPlugins } from "./docker-plugins.ts";

/** What one plugin made of a template. */
export interface Outcome {
  /** What the artifact answered at each `state` post-processor, by the name of its file. */
  answers: Record<string, Answers>;
  /** How the engine describes the last artifact's image; `undefined` where it is none. */
  image: Docker.ImageInspectInfo | undefined;
  /** The digests that the registry has under each tag of the repository. */
  digests: Record<string, string | undefined>;
  /** Where the build ran and wrote its files. */
  folder: string;
}

/** A template, and what is to be looked at afterwards. */
export interface Sameness {
  template: string;
  /** Files beside it. */
  files?: Readonly<Record<string, string>>;
  /** The names of the `state` post-processors' files, in the template's order. */
  states: readonly string[];
  /** A repository in the registry, and its tags. */
  pushed?: { repository: string; tags: readonly string[] };
}

/** Builds a template with one of the plugins. What came of it is removed from the engine. */
export async function buildWith(
  which: "official" | "ours",
  { [which]: packer, engine, env, registry }: DockerPlugins,
  { files, pushed, states, template }: Sameness,
): Promise<Outcome> {
  const made = await writeTemplate(packer, template, files);
  const result = await made.packer("build", [], { ...env });
  if (result.failed) throw new Error(`the ${which} plugin could not build:\n${result.all}`);
  const answers: Record<string, Answers> = {};
  for (const name of states) answers[name] = await readNotedState(made.folder, name);
  const digests: Outcome["digests"] = {};
  for (const tag of pushed?.tags ?? []) {
    digests[tag] = await registry.digestOf(pushed?.repository ?? "", tag);
  }
  const { id = "" } = Object.values(answers).at(-1) ?? {};
  const image = id === "Container" ? undefined : await engine.client.getImage(id).inspect();
  if (image !== undefined) await engine.client.getImage(image.Id).remove({ force: true });
  await engine.client.pruneImages(); // what was built from a Dockerfile has no name
  return { answers, image, digests, folder: made.folder };
}

/** What of two things is the same, and what is not, by path, such as `state.par.artifact.metadata.Labels.tags`. */
export interface Comparison {
  same: string[];
  different: Record<string, { official?: unknown; ours?: unknown }>;
}

/** One side of a comparison. */
interface Side {
  value: unknown;
  /** Texts that differ from build to build, such as ids, by what they are of. */
  names: Readonly<Record<string, string>>;
}

/** Compares field by field. A text that has a name on its side is replaced by that name. */
export function compareFields(official: Side, ours: Side): Comparison {
  const [theirs, own] = [fieldsOf(official), fieldsOf(ours)];
  const comparison: Comparison = { same: [], different: {} };
  for (const field of [...new Set([...theirs.keys(), ...own.keys()])].toSorted()) {
    if (isDeepStrictEqual(theirs.get(field), own.get(field))) {
      comparison.same.push(field);
    } else {
      comparison.different[field] = {
        ...(theirs.has(field) && { official: theirs.get(field) }),
        ...(own.has(field) && { ours: own.get(field) }),
      };
    }
  }
  return comparison;
}

function fieldsOf({ names, value }: Side): Map<string, unknown> {
  return flatten("", JSON.parse(renamed(JSON.stringify(value), names)));
}

function renamed(text: string, names: Readonly<Record<string, string>>): string {
  return Object.entries(names).reduce(
    (all, [name, value]) => (value === "" ? all : all.replaceAll(value, `<${name}>`)),
    text,
  );
}

function flatten(path: string, value: unknown): Map<string, unknown> {
  if (typeof value !== "object" || value === null) return new Map([[path, value]]);
  const entries = Object.entries(value);
  if (entries.length === 0) return new Map([[path, Array.isArray(value) ? "[]" : "{}"]]);
  return new Map(
    entries.flatMap(([name, inner]) => [...flatten(path === "" ? name : `${path}.${name}`, inner)]),
  );
}
