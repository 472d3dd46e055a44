import { z } from "zod";
import type { Credentials } from "../vim25/session.ts";

/** A host with an optional port; no scheme, path or user. */
const SERVER = /^(\[[0-9A-Fa-f:.]+\]|[^\s/@?#:[\]]+)(:\d{1,5})?$/;

/** Where the vCenter is, and who signs in. */
export const connectionFields = {
  vcenter_server: z
    .string()
    .regex(SERVER, "must be a name or an address, such as vcenter.example.com or 192.0.2.7:8443")
    .describe("The vCenter's name or address, with a port where it is not 443."),
  username: z.string().min(1, "name the user to sign in as").describe("The user to sign in as."),
  password: z
    .string()
    .min(1, "give the user's password")
    .meta({ sensitive: true, description: "The user's password." }),
  insecure_connection: z
    .boolean()
    .default(false)
    .describe("Take any certificate, such as one that the vCenter signed itself."),
  datacenter: z
    .string()
    .default("")
    .describe("The datacenter's name, or its path. Needed where the vCenter has several."),
};

/** The settings of {@link connectionFields}, checked and completed. */
export type ConnectionConfig = z.output<z.ZodObject<typeof connectionFields>>;

export function credentialsOf(config: ConnectionConfig): Credentials {
  return {
    server: config.vcenter_server,
    insecure: config.insecure_connection,
    username: config.username,
    password: config.password,
  };
}
