import { z } from "zod";
import { accessFields } from "./access.ts";
import { checkConfig } from "./check-config.ts";
import { destinationFields } from "./destination-fields.ts";
import { leftOutFields } from "./left-out.ts";
import { machineFields, networkFields, sourceFields } from "./machine-fields.ts";

const fields = {
  ...sourceFields,
  ...destinationFields,
  ...machineFields,
  ...networkFields,
  ...accessFields,
};

/** The builder's settings, checked and completed. */
export type ArmConfig = z.output<z.ZodObject<typeof fields>>;

/**
 * The builder's settings, named as the official plugin's options are. Its options that are left out are known here so
 * that they can be refused with a word on what to do instead.
 *
 * Source: packer-plugin-azure 2.6, `builder/azure/arm/config.go` and `builder/azure/common/client/config.go`.
 */
export const configSchema = z
  .strictObject({ ...fields, ...leftOutFields })
  .superRefine((config, context) =>
    checkConfig(config, (attribute, message) =>
      context.addIssue({ code: "custom", path: attribute.split("."), message }),
    ),
  );
