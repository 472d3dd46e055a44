import { z } from "zod";
import { location, operation, optional, pagination, textUpTo, timestamp } from "./common.ts";

export const featureTier = z.enum(["UNSET", "STANDARD", "PLUS"]).meta({ id: "FeatureTier" });

export const createRegistryBody = z
  .object({ feature_tier: optional(featureTier) })
  .nullish()
  .transform((value) => value ?? { feature_tier: undefined });

export const updateRegistryBody = z.object({
  activated: optional(z.boolean()),
  feature_tier: optional(featureTier),
  update_mask: textUpTo(256).describe("Such as featureTier,activated."),
});
export type UpdateRegistryBody = z.infer<typeof updateRegistryBody>;

export const registry = z
  .object({
    id: z.string(),
    location,
    config: z.object({ activated: z.boolean(), feature_tier: featureTier }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: "Registry" });

export const registryAnswer = z.object({ registry });
export const changedRegistryAnswer = z.object({ registry, operation });
export const operationAnswer = z.object({ operation });

export const organization = z
  .object({ id: z.string(), name: z.string(), state: z.literal("ACTIVE"), created_at: timestamp })
  .meta({ id: "Organization" });

export const project = z
  .object({
    id: z.string(),
    name: z.string(),
    parent: z.object({ id: z.string(), type: z.literal("ORGANIZATION") }),
    state: z.literal("ACTIVE"),
    created_at: timestamp,
  })
  .meta({ id: "Project" });

export const organizationAnswer = z.object({ organization });
export const organizationsAnswer = z.object({ organizations: z.array(organization), pagination });
export const projectAnswer = z.object({ project });
export const projectsAnswer = z.object({ projects: z.array(project), pagination });
