import { leftOutOfSsh } from "@packerkit/ssh-communicator";
import { z } from "zod";

const WINRM = "Windows and WinRM are not supported; use communicator ssh or none";
const SECURITY = "trusted launch and confidential machines are not supported; leave it out";
const KEY_VAULT = "key vaults are only needed for Windows, which is not supported; leave it out";
const OIDC = "is not supported; give the token with client_jwt";
const KEY = "the key that is made is of type ed25519 and has no name; leave it out";

/** Options of the official plugin that are left out: what to do instead. */
export const leftOut = {
  ...leftOutOfSsh,
  boot_diag_storage_account: "boot diagnostics are not supported; leave it out",
  build_key_vault_name: KEY_VAULT,
  build_key_vault_secret_name: KEY_VAULT,
  build_key_vault_sku: KEY_VAULT,
  custom_script: "scripts of Windows are not supported; use a provisioner, or custom_data",
  disk_additional_luns: "the disks are numbered in order; leave it out",
  disk_controller_type: "is not supported; the machine's size decides",
  disk_encryption_set_id: "is not supported; name the set in target_region",
  encryption_at_host: "is not supported; leave it out",
  image_url: "VHDs as a source are not supported; make a managed image of it first",
  license_type: "is not supported; set it where machines are made from the image",
  object_id: "is not needed; leave it out",
  oidc_request_token: OIDC,
  oidc_request_url: OIDC,
  secure_boot_enabled: SECURITY,
  security_encryption_type: SECURITY,
  security_type: SECURITY,
  skip_create_build_key_vault: KEY_VAULT,
  spot: "spot machines are not supported; leave it out",
  ssh_clear_authorized_keys: "remove keys in a provisioner, where they shall not stay",
  ssh_keypair_name: KEY,
  temporary_key_pair_bits: KEY,
  temporary_key_pair_name: KEY,
  temporary_key_pair_type: KEY,
  user_assigned_managed_identities: "identities of the machine are not supported; leave it out",
  vtpm_enabled: SECURITY,
  winrm_expiration_time: WINRM,
  winrm_host: WINRM,
  winrm_insecure: WINRM,
  winrm_no_proxy: WINRM,
  winrm_password: WINRM,
  winrm_port: WINRM,
  winrm_timeout: WINRM,
  winrm_use_ntlm: WINRM,
  winrm_use_ssl: WINRM,
  winrm_username: WINRM,
} as const;

const LISTS: ReadonlySet<string> = new Set([
  "disk_additional_luns",
  "ssh_local_tunnels",
  "ssh_remote_tunnels",
  "user_assigned_managed_identities",
]);

const BLOCKS: ReadonlySet<string> = new Set(["spot"]);

/** Fields for what is left out, so that it can be refused with a word on what to do instead. Nobody reads them. */
export const leftOutFields: Record<never, z.ZodType> = Object.fromEntries(
  Object.keys(leftOut).map((name) => [name, fieldOf(name)]),
);

function fieldOf(name: string): z.ZodType {
  const field = BLOCKS.has(name)
    ? z.array(z.looseObject({}))
    : LISTS.has(name)
      ? z.array(z.string())
      : z.string();
  return field.optional().describe("Not supported.");
}

/** What a template gives that wants nothing of an option. */
const NOTHING: ReadonlySet<unknown> = new Set([undefined, "", "false", "0"]);

/** Refuses every option that is set although it is left out. */
export function refuseLeftOut(
  settings: Readonly<Record<string, unknown>>,
  refuse: (attribute: string, message: string) => void,
): void {
  for (const [name, cure] of Object.entries(leftOut)) {
    const value = settings[name];
    const isEmpty = Array.isArray(value) && value.length === 0;
    if (!NOTHING.has(value) && !isEmpty) refuse(name, cure);
  }
}
