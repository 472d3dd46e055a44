import type { ResourceType, TagSpecification } from "@aws-sdk/client-ec2";
import { tagList } from "./answers.ts";
import type { Made } from "./build-state.ts";
import { isUncertain } from "./errors.ts";

/** Makes one thing; notes what is known of it where that fails. */
export async function make<Result>(made: Made, call: () => Promise<Result>): Promise<Result> {
  made.asked = true;
  try {
    return await call();
  } catch (error) {
    if (isUncertain(error)) made.isUncertain = true;
    throw error;
  }
}

/** The same tags for things of several kinds, as a request that makes them wants them; none where there are none. */
export function tagSpecifications(
  tags: Readonly<Record<string, string>>,
  ...kinds: ResourceType[]
): { TagSpecifications?: TagSpecification[] } {
  if (Object.keys(tags).length === 0) return {};
  const list = tagList(tags);
  return { TagSpecifications: kinds.map((ResourceType) => ({ ResourceType, Tags: list })) };
}

/** Whether a region lets tags be given to images when they are made. Source: packer-plugin-amazon 1.8.2. */
export function canTagNewImages(region: string): boolean {
  return !/^(cn|us-gov)-/.test(region);
}
