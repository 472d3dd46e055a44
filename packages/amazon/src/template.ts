import { AmazonError } from "./errors.ts";

/** What `{{ .Name }}` in a tag or a description stands for. */
export interface TemplateData {
  /** The build's generated data, and what else has a name. */
  values: Readonly<Record<string, string>>;
  /** The tags of the source image: `{{ .SourceAMITags.Name }}`. */
  sourceTags: Readonly<Record<string, string>>;
}

/** The generated data of a build. Source: packer-plugin-amazon 1.8.2, `common/interpolate_build_info.go`. */
export const GENERATED_DATA = [
  "BuildRegion",
  "SourceAMI",
  "SourceAMICreationDate",
  "SourceAMIName",
  "SourceAMIOwner",
  "SourceAMIOwnerName",
] as const;

const EXPRESSION = /\{\{-?\s*(.*?)\s*-?\}\}/gs;
const VALUE = /^\.(\w+)$/;
const TAG = /^(?:\.SourceAMITags\.(\w+)|index \.SourceAMITags "([^"\\]*)")$/;

/** What is wrong with the expressions in a text; `undefined` where nothing is. */
export function templateProblem(text: string): string | undefined {
  for (const [whole, expression = ""] of text.matchAll(EXPRESSION)) {
    const name = VALUE.exec(expression)?.[1];
    const isKnown = GENERATED_DATA.some((known) => known === name) || TAG.test(expression);
    if (isKnown) continue;
    return `holds ${whole}, which is not known here; there are ${GENERATED_DATA.map((known) => `{{ .${known} }}`).join(", ")} and {{ .SourceAMITags.Key }}; for the rest use HCL's functions`;
  }
  return undefined;
}

/**
 * Fills in a text's expressions; a tag that the source image does not have is empty.
 *
 * @throws {AmazonError} `BAD_TEMPLATE` for what {@link templateProblem} finds.
 */
export function renderTemplate(text: string, { values, sourceTags }: TemplateData): string {
  const problem = templateProblem(text);
  if (problem !== undefined) {
    throw new AmazonError("BAD_TEMPLATE", `the text ${JSON.stringify(text)} ${problem}`);
  }
  return text.replace(EXPRESSION, (_, expression: string) => {
    const [, dotted, quoted] = TAG.exec(expression) ?? [];
    const tag = dotted ?? quoted;
    if (tag !== undefined) return sourceTags[tag] ?? "";
    return values[VALUE.exec(expression)?.[1] ?? ""] ?? "";
  });
}

/** Tags with the expressions in their keys and values filled in. */
export function renderTags(
  tags: Readonly<Record<string, string>>,
  data: TemplateData,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [
      renderTemplate(key, data),
      renderTemplate(value, data),
    ]),
  );
}
