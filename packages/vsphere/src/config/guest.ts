import { isIP } from "node:net";
import { checkSshSettings, durationField, sshFields } from "@packerkit/ssh-communicator";
import { z } from "zod";
import type { Refuse } from "./refuse.ts";

/**
 * How the machine is started, reached and shut down. Source: packer-plugin-vsphere `common/step_run.go`,
 * `step_wait_for_ip.go` and `step_shutdown.go`.
 */
export const guestFields = {
  communicator: z
    .enum(["none", "ssh"], "must be ssh, or none")
    .default("ssh")
    .describe("How provisioners reach the machine: ssh, or none."),
  ...sshFields,
  boot_order: z
    .string()
    .regex(
      /^((floppy|cdrom|ethernet|disk)(,(?!$)|$))*$/,
      "must be a list of floppy, cdrom, ethernet and disk, such as disk,cdrom",
    )
    .default("")
    .describe("What to boot from first, such as disk,cdrom."),
  ip_wait_timeout: durationField("30m").describe("How long to wait for an address."),
  ip_settle_timeout: durationField("5s").describe("How long the address must stay the same."),
  ip_wait_address: z
    .string()
    .refine((text) => text === "" || parseNetwork(text) !== undefined, {
      message: "must be a network, such as 192.0.2.0/24, or empty for any address",
    })
    .default("0.0.0.0/0")
    .describe("The network that the address must be of; empty for any."),
  shutdown_command: z
    .string()
    .default("")
    .describe("The command that shuts the machine down. Default: VMware Tools are asked to."),
  shutdown_timeout: durationField("5m").describe("How long the machine may take to power off."),
  disable_shutdown: z
    .boolean()
    .default(false)
    .describe("Do not shut the machine down, and wait for it to do so by itself."),
};

/** The settings of {@link guestFields}, checked and completed. */
export type GuestConfig = z.output<z.ZodObject<typeof guestFields>>;

export function checkGuest(config: GuestConfig, refuse: Refuse): void {
  if (config.communicator === "ssh") checkSshSettings(config, refuse);
}

/** A network such as `192.0.2.0/24`. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/** Reads a network in CIDR notation; undefined for what is none. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = "", digits = ""] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  const prefix = Number(digits);
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) return undefined;
  return { address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}
