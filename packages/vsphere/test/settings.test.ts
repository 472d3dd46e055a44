import { startVSphere } from "@packerkit/cloud-sim";
import { describe, expect, it } from "vitest";
import { clone, cloneSettings, install, isoSettings, type Settings } from "./harness.ts";
import { asTestVCenter } from "./stand-in.ts";

/** What both builders refuse. */
const common: [string, Settings, string][] = [
  ["a URL for a server", { vcenter_server: "https://vcenter" }, "vcenter_server: must be a name"],
  ["no user", { username: "" }, "username: name the user to sign in as"],
  ["no password", { password: "" }, "password: give the user's password"],
  ["a name with a slash", { vm_name: "a/b" }, "vm_name: must have 1 to 80 characters"],
  ["neither a host nor a cluster", { host: "", cluster: "" }, "host: is missing; name a host"],
  [
    "memory set aside twice",
    { RAM_reservation: 512, RAM_reserve_all: true },
    "RAM_reservation: cannot be set together with RAM_reserve_all",
  ],
  [
    "a disk on a controller that is not there",
    { storage: [{ disk_size: 64, disk_controller_index: 1 }] },
    "storage[0].disk_controller_index: is 1, and disk_controller_type has 1",
  ],
  ["an unknown firmware", { firmware: "uefi" }, "firmware: must be bios, efi or efi-secure"],
  ["an unknown boot order", { boot_order: "disk,usb" }, "boot_order: must be a list of"],
  ["a network that is none", { ip_wait_address: "10.0.0.1" }, "ip_wait_address: must be a network"],
  ["a user missing for SSH", { communicator: "ssh" }, "ssh_username: is missing"],
  ["WinRM", { communicator: "winrm" }, "communicator: must be ssh, or none"],
  [
    "a template in a content library",
    { convert_to_template: true, content_library_destination: { library: "l" } },
    "content_library_destination: cannot be set together with convert_to_template",
  ],
  [
    "a VM template of the machine's own name",
    {
      convert_to_template: false,
      vm_name: "a",
      content_library_destination: { library: "l", name: "a" },
    },
    "content_library_destination.name: must differ from vm_name",
  ],
  [
    "an export as OVA",
    { export: { output_format: "ova" } },
    "export.output_format: can only be ovf",
  ],
  [
    "keys to type",
    { boot_command: ["<enter>"] },
    "boot_command: is not supported: no keys are typed",
  ],
  ["a floppy disk", { floppy_files: ["ks.cfg"] }, "floppy_files: is not supported: floppy disks"],
  [
    "an HTTP server",
    { http_directory: "http" },
    "http_directory: is not supported: no HTTP server",
  ],
  ["an ISO image that is made", { cd_files: ["meta-data"] }, "cd_files: is not supported"],
  ["a TPM", { vTPM: true }, "vTPM: is not supported: the device is not made"],
  [
    "a bastion host",
    { ssh_bastion_host: "b" },
    "ssh_bastion_host: is not supported: bastion hosts",
  ],
  ["a misspelt option", { vm_nam: "a" }, "vm_nam: is not an attribute"],
];

const ofClones: typeof common = [
  ["no template", { template: "" }, "template: name the template, or the machine, to clone"],
  [
    "a linked clone of another size",
    { linked_clone: true, disk_size: 10_000 },
    "disk_size: cannot be set together with linked_clone",
  ],
  [
    "a MAC address on no network",
    { mac_address: "00:50:56:00:00:01" },
    "mac_address: needs network",
  ],
  ["a MAC address that is none", { mac_address: "1" }, "mac_address: must be like 00:50:56"],
];

const ofInstallations: typeof common = [
  ["no disk", { storage: [] }, "storage: is missing; add a block with the disk_size"],
  ["a URL without a checksum", { iso_url: "a.iso" }, "iso_checksum: is missing"],
  [
    "a checksum without a URL",
    { iso_checksum: "none" },
    "iso_checksum: is of no use without iso_url",
  ],
  [
    "a checksum that is none",
    { iso_url: "a.iso", iso_checksum: "sha256:abc" },
    "iso_checksum: must be like sha256:",
  ],
  [
    "two sources",
    { iso_url: "a.iso", iso_urls: ["b.iso"], iso_checksum: "none" },
    "iso_urls: cannot be set together with iso_url",
  ],
  [
    "a cache above the datastore",
    { remote_cache_path: "../a" },
    "remote_cache_path: must be a folder",
  ],
  ["one USB controller twice", { usb_controller: ["usb", "usb"] }, "usb_controller: can have each"],
];

describe.each([
  { name: "vsphere-clone", run: clone, settings: cloneSettings, cases: [...common, ...ofClones] },
  {
    name: "vsphere-iso",
    run: install,
    settings: isoSettings,
    cases: [...common, ...ofInstallations],
  },
])("settings of $name", ({ run, settings, cases }) => {
  it.each(cases)("with %s are refused by name, before any call", async (_, more, message) => {
    await using standIn = await startVSphere();
    await expect(run(settings(asTestVCenter(standIn), more))).rejects.toThrow(message);
    expect(standIn.requests).toEqual([]);
  });
});
