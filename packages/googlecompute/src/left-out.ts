import { leftOutOfSsh } from "@packerkit/ssh-communicator";
import { z } from "zod";

const text = z.string().optional().describe("Not supported.");
const number = z.number().optional().describe("Not supported.");
const flag = z.boolean().optional().describe("Not supported.");
const map = z.record(z.string(), z.string()).optional().describe("Not supported.");

const ACCELERATORS = "instances with accelerators are not supported; leave it out";
const RUN_TIME = "limits of the run time are not supported; leave it out";
const IAP = "IAP tunnels are not supported; use use_internal_ip from inside the network";
const OS_LOGIN = "OS Login is not supported; leave it out, keys then come by the metadata";
const WINRM = "Windows is not supported; use communicator ssh or none";

/** Attributes of all of the official plugin's components that are left out: their fields, and what to do instead. */
export const leftOutAuthentication = {
  impersonate_service_account: [
    text,
    "impersonation is not supported; give a token of that account with access_token",
  ],
  vault_gcp_oauth_engine: [
    text,
    "Vault is not asked for tokens; read one with Packer's vault function into access_token",
  ],
} as const;

/** Attributes of the official plugin's import that are left out. */
export const leftOutOfImport = {
  ...leftOutAuthentication,
  scopes: [
    z.array(z.string()).optional().describe("Not supported."),
    "nothing runs in the cloud for an import; leave it out",
  ],
} as const;

/** What of SSH is left out. */
const sshOptions = Object.fromEntries(
  Object.entries(leftOutOfSsh).map(([name, cure]) => [name, [text, cure as string] as const]),
) as { [Name in keyof typeof leftOutOfSsh]: readonly [typeof text, string] };

/**
 * Attributes of the official plugin's builder that are left out. Its blocks that are left out (`disk_attachment`,
 * `disk_encryption_key`, `image_encryption_key`, `node_affinity`, `reservation_affinity`) are not here: Packer refuses
 * them by name before a plugin sees them.
 */
export const leftOutOfBuilder = {
  ...leftOutAuthentication,
  ...sshOptions,
  accelerator_type: [text, ACCELERATORS],
  accelerator_count: [number, ACCELERATORS],
  address: [text, "static addresses are not supported; leave it out for one that comes and goes"],
  max_run_duration_in_seconds: [number, RUN_TIME],
  instance_termination_action: [text, RUN_TIME],
  resource_manager_tags: [map, "secure tags are not supported; use tags"],
  use_iap: [flag, IAP],
  iap_localhost_port: [number, IAP],
  iap_hashbang: [text, IAP],
  iap_ext: [text, IAP],
  iap_tunnel_launch_wait: [number, IAP],
  use_os_login: [flag, OS_LOGIN],
  oslogin_ssh_username: [text, OS_LOGIN],
  oslogin_ssh_key_expire_after: [text, OS_LOGIN],
  wait_to_add_ssh_keys: [text, "SSH keys are there from the start; leave it out"],
  ssh_keypair_name: [text, "keys come by the metadata; use ssh_private_key_file"],
  ssh_clear_authorized_keys: [flag, "remove keys in a provisioner, where they shall not stay"],
  temporary_key_pair_name: [text, "the key that is made has no name; leave it out"],
  temporary_key_pair_type: [text, "the key that is made is of type ed25519; leave it out"],
  temporary_key_pair_bits: [number, "the key that is made is of type ed25519; leave it out"],
  winrm_username: [text, WINRM],
  winrm_password: [text, WINRM],
  windows_password_timeout: [text, WINRM],
} as const;

type LeftOut = Readonly<Record<string, readonly [field: z.ZodType, cure: string]>>;

/** The fields of what is left out, so that it can be refused with a word on what to do instead. */
export function fieldsOf<Options extends LeftOut>(
  leftOut: Options,
): { [Name in keyof Options]: Options[Name][0] } {
  const fields = Object.entries(leftOut).map(([name, [field]]) => [name, field]);
  return Object.fromEntries(fields) as { [Name in keyof Options]: Options[Name][0] };
}

/** Refuses what is given although it is left out. An attribute that is false, or empty, counts as not given. */
export function refuseLeftOut(
  leftOut: LeftOut,
  settings: Readonly<Record<string, unknown>>,
  refuse: (attribute: string, message: string) => void,
): void {
  for (const [name, [, cure]] of Object.entries(leftOut)) {
    if (![undefined, false, ""].includes(settings[name] as undefined)) refuse(name, cure);
  }
}
