import type { AmiImage } from "./answers.ts";
import type { AmiFilterConfig } from "./config/ami-filter.ts";
import type { CallOptions } from "./ec2.ts";
import type { Ec2Region, Filters } from "./ec2-region.ts";
import { AmazonError, isNotFound } from "./errors.ts";

/** How many candidates a message lists. */
const SHOWN = 5;

/**
 * Finds one image, by its id, by a filter, or by both.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/ami_filter.go`.
 *
 * @throws {AmazonError} `SOURCE_NOT_FOUND`, `SOURCE_AMBIGUOUS`
 */
export async function findImage(
  region: Ec2Region,
  id: string | undefined,
  filter: AmiFilterConfig | undefined,
  options: CallOptions,
): Promise<AmiImage> {
  const found = await search(region, id, filter, options);
  const [first] = found.toSorted((left, right) => timeOf(right) - timeOf(left));
  if (first === undefined) {
    throw new AmazonError(
      "SOURCE_NOT_FOUND",
      `no image in ${region.name} fits ${describe(id, filter)}: check the source_ami or its filters and owners, and the region`,
    );
  }
  if (found.length > 1 && filter?.most_recent !== true) {
    const list = found.slice(0, SHOWN).map((image) => `${image.id} (${image.name})`);
    const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : "";
    throw new AmazonError(
      "SOURCE_AMBIGUOUS",
      `${found.length} images in ${region.name} fit ${describe(id, filter)}: ${list.join(", ")}${more}; narrow the filters, or set most_recent`,
    );
  }
  return first;
}

async function search(
  region: Ec2Region,
  id: string | undefined,
  filter: AmiFilterConfig | undefined,
  options: CallOptions,
): Promise<AmiImage[]> {
  try {
    return await region.images(
      {
        ...(id === undefined ? {} : { ids: [id] }),
        ...(filter === undefined || filter.owners.length === 0 ? {} : { owners: filter.owners }),
        filters: readFilters(filter?.filters ?? {}),
        includeDeprecated: filter?.include_deprecated ?? false,
      },
      options,
    );
  } catch (cause) {
    if (!isNotFound(cause) && !isMalformed(cause)) throw cause;
    throw new AmazonError(
      "SOURCE_NOT_FOUND",
      `there is no image ${id} in ${region.name}: check source_ami, and the region (${(cause as Error).message})`,
      { cause },
    );
  }
}

/**
 * Filters as a template has them: values that are separated by commas, in quotes where they hold one.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/build_filter.go`.
 */
export function readFilters(filters: Readonly<Record<string, string>>): Filters {
  return Object.fromEntries(
    Object.entries(filters).map(([name, text]) => [name, splitValues(text)]),
  );
}

function splitValues(text: string): string[] {
  const values = [...text.matchAll(/\s*("((?:[^"]|"")*)"|[^,]*)(?:,|$)/gy)];
  return values
    .filter(([whole], index) => whole !== "" || index === 0)
    .map(([, plain = "", quoted]) => quoted?.replaceAll('""', '"') ?? plain.trim());
}

function describe(id: string | undefined, filter: AmiFilterConfig | undefined): string {
  const parts = [
    ...(id === undefined ? [] : [`id ${id}`]),
    ...Object.entries(filter?.filters ?? {}).map(([name, value]) => `${name} = ${value}`),
    ...(filter === undefined ? [] : [`owners ${filter.owners.join(", ")}`]),
  ];
  return parts.join("; ");
}

function isMalformed(error: unknown): boolean {
  return error instanceof AmazonError && error.awsCode === "InvalidAMIID.Malformed";
}

function timeOf({ creationDate }: AmiImage): number {
  return Date.parse(creationDate) || 0;
}
