import { type DataSourceDefinition, defineDataSource } from "@packerkit/plugin-sdk";
import { z } from "zod";
import { accessFields, checkAccess, leftOutAccess } from "./config/access.ts";
import { amiFilterFields } from "./config/ami-filter.ts";
import { leftOutFields, refuseLeftOut } from "./config/left-out.ts";
import { Ec2 } from "./ec2.ts";
import { findImage } from "./find-image.ts";
import type { Pace } from "./pace.ts";

const config = z
  .strictObject({ ...leftOutFields(leftOutAccess), ...accessFields, ...amiFilterFields })
  .superRefine((settings, context) => {
    const refuse = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path: [...path], message });
    refuseLeftOut(settings, leftOutAccess, refuse);
    checkAccess(settings, refuse);
    if (settings.owners.length === 0) {
      refuse(
        ["owners"],
        "is missing; say whose images to trust, such as amazon, or anyone's could be taken",
      );
    }
  });

const output = z.object({
  id: z.string().describe("The image's id."),
  name: z.string().describe("Its name."),
  creation_date: z.string().describe("When it was made."),
  owner: z.string().describe("The number of the account that owns it."),
  owner_name: z.string().describe("The owner's alias, such as amazon."),
  tags: z.record(z.string(), z.string()).describe("Its tags."),
});

/**
 * Looks up an image: the data source `amazon-ami`.
 *
 * Source: packer-plugin-amazon 1.8.2, `datasource/ami/data.go`.
 *
 * @param pace How patient it is; the usual one by default.
 */
export function makeAmiDataSource(pace?: Pace): DataSourceDefinition<typeof config, typeof output> {
  return defineDataSource({
    config,
    output,
    async run({ config: settings, signal }) {
      const region = await new Ec2(settings, pace).home();
      const image = await findImage(region, undefined, settings, { signal });
      return {
        id: image.id,
        name: image.name,
        creation_date: image.creationDate,
        owner: image.ownerId,
        owner_name: image.ownerAlias,
        tags: image.tags,
      };
    },
  });
}

/** The data source `ami`. */
export const amiDataSource = makeAmiDataSource();
