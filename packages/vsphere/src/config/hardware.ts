import { z } from "zod";
import type { Refuse } from "./refuse.ts";

const amount = () => z.int().min(0).default(0);

/** What the machine is made of. 0 leaves it as it is. Source: packer-plugin-vsphere `common/step_hardware.go`. */
export const hardwareFields = {
  CPUs: amount().describe("The number of virtual CPU cores."),
  cpu_cores: amount().describe("The number of cores in each socket."),
  CPU_reservation: amount().describe("Computing power set aside for the machine, in MHz."),
  CPU_limit: amount().describe("The most computing power that it may use, in MHz."),
  CPU_hot_plug: z.boolean().default(false).describe("Allow CPUs to be added while it runs."),
  RAM: amount().describe("The amount of memory, in MB."),
  RAM_reservation: amount().describe("Memory set aside for the machine, in MB."),
  RAM_reserve_all: z.boolean().default(false).describe("Set all of its memory aside."),
  RAM_hot_plug: z.boolean().default(false).describe("Allow memory to be added while it runs."),
  NestedHV: z.boolean().default(false).describe("Allow it to run virtual machines itself."),
  firmware: z
    .enum(["", "bios", "efi", "efi-secure"], "must be bios, efi or efi-secure")
    .default("")
    .describe("The firmware: bios, efi, or efi-secure."),
  force_bios_setup: z.boolean().default(false).describe("Enter the firmware's setup at the start."),
  configuration_parameters: z
    .record(z.string(), z.string())
    .default({})
    .describe("Advanced settings, by name, such as guestinfo.role."),
  disk_controller_type: z
    .array(
      z.enum(
        ["lsilogic", "lsilogic-sas", "pvscsi", "buslogic", "scsi", "nvme", "sata"],
        "must be lsilogic, lsilogic-sas, pvscsi, buslogic, scsi, nvme or sata",
      ),
    )
    .default([])
    .describe("The controllers to add for the disks of `storage`. Default: one lsilogic."),
  storage: z
    .array(
      z.strictObject({
        disk_size: z.int().min(1).describe("The disk's size, in MB."),
        disk_thin_provisioned: z.boolean().default(false).describe("Take up room as it is used."),
        disk_eagerly_scrub: z.boolean().default(false).describe("Write zeros at the start."),
        disk_controller_index: z
          .int()
          .min(0)
          .default(0)
          .describe("Which of disk_controller_type it hangs on, 0 being the first."),
      }),
    )
    .default([])
    .describe("Disks to add."),
  cdrom_type: z
    .enum(["ide", "sata"], "must be ide or sata")
    .default("ide")
    .describe("What the CD-ROM drives hang on: ide or sata."),
  iso_paths: z
    .array(z.string().regex(/\S/, "is empty; write for instance [datastore1] iso/debian.iso"))
    .default([])
    .describe("ISO images to put into CD-ROM drives: [datastore] path, or library/item/file."),
  remove_cdrom: z
    .boolean()
    .default(false)
    .describe("Remove all CD-ROM drives in the end; else they are only emptied."),
  remove_network_adapter: z
    .boolean()
    .default(false)
    .describe("Remove all network adapters in the end."),
};

/** The settings of {@link hardwareFields}, checked and completed. */
export type HardwareConfig = z.output<z.ZodObject<typeof hardwareFields>>;

export function checkHardware(config: HardwareConfig, refuse: Refuse): void {
  if (config.RAM_reservation > 0 && config.RAM_reserve_all) {
    refuse("RAM_reservation", "cannot be set together with RAM_reserve_all; keep one of them");
  }
  const controllers = Math.max(1, config.disk_controller_type.length);
  for (const [index, disk] of config.storage.entries()) {
    if (disk.disk_controller_index >= controllers) {
      refuse(
        `storage[${index}].disk_controller_index`,
        `is ${disk.disk_controller_index}, and disk_controller_type has ${controllers}; the first is 0`,
      );
    }
  }
}
