import { z } from "zod";
import type { Refuse } from "./refuse.ts";

/** Where the machine is made, and its name. Source: packer-plugin-vsphere `common/config_location.go`. */
export const locationFields = {
  vm_name: z
    .string()
    .regex(/^[^/\\%\p{Cc}]{1,80}$/u, "must have 1 to 80 characters, and none of / \\ % among them")
    .describe("The name of the machine, or of the template that becomes of it."),
  folder: z
    .string()
    .default("")
    .transform((path) =>
      path
        .split("/")
        .filter((name) => name !== "" && name !== ".")
        .join("/"),
    )
    .describe("The folder for the machine, as a path below the datacenter's. Made where missing."),
  cluster: z.string().default("").describe("The cluster, by its name or path."),
  host: z
    .string()
    .default("")
    .describe("The ESX host, by its name or path. With `cluster` it is one of its hosts."),
  resource_pool: z
    .string()
    .default("")
    .describe("The resource pool, as a path below the cluster's or the host's root pool."),
  datastore: z
    .string()
    .default("")
    .describe("The datastore, by its name or path. Needed where the cluster or host has several."),
  notes: z.string().default("").describe("The machine's annotation."),
  destroy: z
    .boolean()
    .default(false)
    .describe("Destroy the machine in the end, as after an export or an import."),
};

/** The settings of {@link locationFields}, checked and completed. */
export type LocationConfig = z.output<z.ZodObject<typeof locationFields>>;

export function checkLocation({ cluster, host }: LocationConfig, refuse: Refuse): void {
  if (cluster === "" && host === "") {
    refuse("host", "is missing; name a host, or a cluster with the attribute cluster");
  }
}
