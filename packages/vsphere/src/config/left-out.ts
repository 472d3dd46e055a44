import { leftOutOfSsh } from "@packerkit/ssh-communicator";
import type { LeftOut } from "./refuse.ts";

const iso = "put the files on an ISO image and name it in iso_paths";
const noFloppy = `floppy disks are not made; ${iso}`;
const noServer = `no HTTP server is run for the machine; ${iso}`;
const noTyping = `no keys are typed; use an ISO image that installs by itself, or ${iso}`;
const noWindows = "WinRM is not spoken; reach the machine over SSH with communicator";
const noDevice = "the device is not made; make it on the template, or with another tool";
const noKey = "no key is put on the machine; name one in ssh_private_key_file";

const text = (cure: string) => ["text", cure] as const;
const number = (cure: string) => ["number", cure] as const;
const flag = (cure: string) => ["flag", cure] as const;
const list = (cure: string) => ["list", cure] as const;
const map = (cure: string) => ["map", cure] as const;

/** Options that both official builders have and these do not. Blocks are refused by Packer itself. */
const common = {
  set_host_for_datastore_uploads: flag("files go through the vCenter; leave it out"),
  video_ram: number(noDevice),
  displays: number(noDevice),
  vgpu_profile: text(noDevice),
  vTPM: flag(noDevice),
  precision_clock: text(noDevice),
  tools_sync_time: flag("set it with configuration_parameters"),
  tools_upgrade_policy: flag("set it with configuration_parameters"),
  vbs_enabled: flag("set it on the template"),
  vvtd_enabled: flag("set it on the template"),
  reattach_cdroms: number("leave it out; remove_cdrom keeps or removes the drives"),
  cd_files: list(iso),
  cd_content: map(iso),
  cd_label: text(iso),
  floppy_img_path: text(noFloppy),
  floppy_files: list(noFloppy),
  floppy_dirs: list(noFloppy),
  floppy_content: map(noFloppy),
  floppy_label: text(noFloppy),
  boot_command: list(noTyping),
  boot_wait: text(noTyping),
  boot_keygroup_interval: text(noTyping),
  http_directory: text(noServer),
  http_content: map(noServer),
  http_port_min: number(noServer),
  http_port_max: number(noServer),
  http_bind_address: text(noServer),
  http_interface: text(noServer),
  http_network_protocol: text(noServer),
  http_ip: text(noServer),
  ssh_keypair_name: text(noKey),
  ssh_clear_authorized_keys: flag(noKey),
  temporary_key_pair_name: text(noKey),
  temporary_key_pair_type: text(noKey),
  temporary_key_pair_bits: number(noKey),
  winrm_username: text(noWindows),
  winrm_password: text(noWindows),
  winrm_host: text(noWindows),
  winrm_port: number(noWindows),
  winrm_timeout: text(noWindows),
  winrm_use_ssl: flag(noWindows),
  winrm_insecure: flag(noWindows),
  winrm_use_ntlm: flag(noWindows),
  winrm_no_proxy: flag(noWindows),
} satisfies LeftOut;

/** HCL turns numbers and truth values into the text that these take. */
const ssh = {
  ...(Object.fromEntries(
    Object.entries(leftOutOfSsh).map(([name, cure]) => [name, text(cure)]),
  ) as { [Name in keyof typeof leftOutOfSsh]: readonly ["text", string] }),
  ssh_local_tunnels: list(leftOutOfSsh.ssh_local_tunnels),
  ssh_remote_tunnels: list(leftOutOfSsh.ssh_remote_tunnels),
} satisfies LeftOut;

/** What `vsphere-clone` leaves out of the official builder's options. */
export const cloneLeftOut = { ...ssh, ...common } satisfies LeftOut;

/** What `vsphere-iso` leaves out of the official builder's options. */
export const isoLeftOut = {
  ...ssh,
  ...common,
  iso_target_extension: text("the file in the cache always ends in .iso"),
} satisfies LeftOut;
