import { leftOutOfSsh } from "@packerkit/ssh-communicator";
import { z } from "zod";

/** Names of options, each with what to do instead. */
export type LeftOut = Readonly<Record<string, string>>;

const WINRM = "WinRM is not supported; use SSH";

/** Options for reaching the instance that are left out. */
export const leftOutCommunicator: LeftOut = {
  ...leftOutOfSsh,
  winrm_host: WINRM,
  winrm_insecure: WINRM,
  winrm_no_proxy: WINRM,
  winrm_password: WINRM,
  winrm_port: WINRM,
  winrm_timeout: WINRM,
  winrm_use_ntlm: WINRM,
  winrm_use_ssl: WINRM,
  winrm_username: WINRM,
};

const LISTS: ReadonlySet<string> = new Set([
  "spot_instance_types",
  "ssh_local_tunnels",
  "ssh_remote_tunnels",
]);

const MAPS: ReadonlySet<string> = new Set(["fleet_tags", "spot_tags"]);

const BLOCKS: ReadonlySet<string> = new Set([
  "deregistration_protection",
  "fast_launch",
  "fleet_tag",
  "license_specifications",
  "placement",
  "spot_tag",
  "temporary_iam_instance_profile_policy_document",
  "vault_aws_engine",
]);

/** The forms that options that are left out have; one schema each, since there are many of them. */
const FORMS = {
  blocks: unsupported(z.array(z.looseObject({}))),
  list: unsupported(z.array(z.string())),
  map: unsupported(z.record(z.string(), z.string())),
  text: unsupported(z.string()),
};

function unsupported(form: z.ZodType): z.ZodType {
  return form.optional().describe("Not supported.");
}

/**
 * Fields for options that are left out: a template that sets one can then be told what to do instead. Nobody reads
 * them, so their type has none of their names.
 */
export function leftOutFields(names: LeftOut): Record<never, z.ZodType> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, formOf(name)]));
}

function formOf(name: string): z.ZodType {
  if (BLOCKS.has(name)) return FORMS.blocks;
  if (LISTS.has(name)) return FORMS.list;
  return MAPS.has(name) ? FORMS.map : FORMS.text;
}

/** What a template gives that wants nothing of an option. */
const NOTHING: ReadonlySet<unknown> = new Set([undefined, "", "false", "0"]);

/** Refuses every option that is set although it is left out. */
export function refuseLeftOut(
  config: Readonly<Record<string, unknown>>,
  names: LeftOut,
  refuse: (path: readonly string[], message: string) => void,
): void {
  for (const [name, cure] of Object.entries(names)) {
    const value = config[name];
    const isEmpty = typeof value === "object" && Object.keys(value ?? {}).length === 0;
    if (!NOTHING.has(value) && !isEmpty) refuse([name], `is not supported: ${cure}`);
  }
}
