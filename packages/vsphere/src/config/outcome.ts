import { z } from "zod";
import type { Refuse } from "./refuse.ts";

const exportBlock = z.strictObject({
  name: z.string().default("").describe("The name of the OVF descriptor. Default: vm_name."),
  output_directory: z
    .string()
    .default("")
    .describe("The folder to write to. Default: output-, and the build's name."),
  directory_permission: z
    .union([z.string().regex(/^0?[0-7]{3}$/, "must be an octal number, such as 0750"), z.int()])
    .default("0750")
    .transform((mode) => (typeof mode === "number" ? mode : Number.parseInt(mode, 8)))
    .describe("The permissions of the folder, where it is made."),
  force: z.boolean().default(false).describe("Overwrite files that are there already."),
  image_files: z
    .boolean()
    .default(false)
    .describe("Export the machine's other files too, such as its NVRAM."),
  manifest: z
    .enum(["sha256", "sha1", "sha512", "none"], "must be sha256, sha1, sha512 or none")
    .default("sha256")
    .describe("The checksums in the manifest, or none for no manifest."),
  options: z
    .array(z.string())
    .default([])
    .describe("Export options of the vCenter, such as mac, uuid and extraconfig."),
  output_format: z
    .enum(["", "ovf"], "can only be ovf; make an OVA of it with ovftool")
    .default("")
    .describe("The format: ovf."),
});

const libraryBlock = z.strictObject({
  library: z.string().min(1, "name the content library").describe("The content library."),
  name: z
    .string()
    .default("")
    .describe("The item's name. Default: vm_name, for a VM template followed by the time."),
  description: z.string().default("").describe("The item's description."),
  ovf: z
    .boolean()
    .default(false)
    .describe("Import an OVF template, which may replace an item; else a VM template."),
  ovf_flags: z.array(z.string()).default([]).describe("Flags of the OVF, such as PRESERVE_MAC."),
  cluster: z.string().default("").describe("The VM template's cluster. Default: cluster."),
  host: z.string().default("").describe("The VM template's host. Default: host."),
  resource_pool: z
    .string()
    .default("")
    .describe("The VM template's resource pool. Default: resource_pool."),
  folder: z.string().default("").describe("The VM template's folder. Default: the machine's."),
  datastore: z
    .string()
    .default("")
    .describe("The datastore of the VM template's own files. Default: the library's."),
  destroy: z.boolean().default(false).describe("Destroy the machine once it is imported."),
  skip_import: z.boolean().default(false).describe("Import nothing."),
});

/** What becomes of the machine in the end. */
export const outcomeFields = {
  create_snapshot: z
    .boolean()
    .default(false)
    .describe("Take a snapshot, for linked clones to start from."),
  snapshot_name: z.string().default("Created By Packer").describe("The snapshot's name."),
  convert_to_template: z.boolean().default(false).describe("Make the machine a template."),
  export: exportBlock.optional().describe("Export the machine as OVF."),
  content_library_destination: libraryBlock
    .optional()
    .describe("Import the machine into a content library."),
};

/** The settings of {@link outcomeFields}, checked and completed. */
export type OutcomeConfig = z.output<z.ZodObject<typeof outcomeFields>>;
export type ExportConfig = NonNullable<OutcomeConfig["export"]>;
export type LibraryConfig = NonNullable<OutcomeConfig["content_library_destination"]>;

export function checkOutcome(config: OutcomeConfig & { vm_name: string }, refuse: Refuse): void {
  const library = config.content_library_destination;
  if (library === undefined) return;
  if (config.convert_to_template) {
    refuse(
      "content_library_destination",
      "cannot be set together with convert_to_template: a template cannot be imported; keep one of them",
    );
  }
  if (!library.ovf && library.name === config.vm_name) {
    refuse(
      "content_library_destination.name",
      "must differ from vm_name: the VM template is a machine of its own",
    );
  }
}
