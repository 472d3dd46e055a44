import { z } from "zod";

const text = () => z.string().min(1).optional();

/**
 * The settings with which a build signs in, named as the official plugin's are.
 *
 * Source: packer-plugin-azure 2.6, `builder/azure/common/client/config.go`.
 */
export const accessFields = {
  subscription_id: text().describe(
    "The subscription to build in. Default: AZURE_SUBSCRIPTION_ID or ARM_SUBSCRIPTION_ID.",
  ),
  tenant_id: text().describe("The tenant of the service principal."),
  client_id: text().describe("The service principal, or the managed identity, to sign in as."),
  client_secret: text().meta({
    description: "The secret of the service principal.",
    sensitive: true,
  }),
  client_cert_path: text().describe("The PEM file of the service principal's certificate and key."),
  client_cert_password: text().meta({
    description: "The password of the certificate's key.",
    sensitive: true,
  }),
  client_jwt: text().meta({
    description: "A token of another issuer that stands for the service principal.",
    sensitive: true,
  }),
  use_azure_cli_auth: z.boolean().default(false).describe("Sign in as az login did."),
  cloud_environment_name: z
    .string()
    .min(1)
    .default("Public")
    .describe("The cloud: Public, China or USGovernment."),
  metadata_host: text().describe(
    "The host that describes another cloud, such as management.local.azurestack.external.",
  ),
};

/** The settings with which a build signs in. */
export type AccessSettings = z.output<z.ZodObject<typeof accessFields>>;

/** How to sign in. */
export type Credentials =
  | { kind: "secret"; tenant: string; client: string; secret: string }
  | {
      kind: "certificate";
      tenant: string;
      client: string;
      path: string;
      password: string | undefined;
    }
  | { kind: "assertion"; tenant: string; client: string; token: string }
  | { kind: "cli" }
  /** With what the environment has: its variables, a workload's or a managed identity, a developer's tools. */
  | { kind: "default"; client: string | undefined; tenant: string | undefined };

/** How to sign in, of settings that {@link checkAccess} found right. */
export function readCredentials(settings: AccessSettings): Credentials {
  const { client_id: client = "", tenant_id: tenant = "" } = settings;
  if (settings.use_azure_cli_auth) return { kind: "cli" };
  if (settings.client_secret !== undefined) {
    return { kind: "secret", tenant, client, secret: settings.client_secret };
  }
  if (settings.client_cert_path !== undefined) {
    const { client_cert_path: path, client_cert_password: password } = settings;
    return { kind: "certificate", tenant, client, path, password };
  }
  if (settings.client_jwt !== undefined) {
    return { kind: "assertion", tenant, client, token: settings.client_jwt };
  }
  return { kind: "default", client: settings.client_id, tenant: settings.tenant_id };
}

/** The subscription to build in; `undefined` where none is named anywhere. */
export function subscriptionOf(settings: AccessSettings): string | undefined {
  const { env } = process;
  return (
    settings.subscription_id ??
    (env["AZURE_SUBSCRIPTION_ID"] || env["ARM_SUBSCRIPTION_ID"] || undefined)
  );
}

const PRINCIPALS = ["client_secret", "client_cert_path", "client_jwt"] as const;

/** Says what is wrong with the settings, by attribute, and never what a secret holds. */
export function checkAccess(
  settings: AccessSettings,
  refuse: (attribute: string, message: string) => void,
): void {
  if (subscriptionOf(settings) === undefined) {
    refuse("subscription_id", "is missing; name the subscription to build in");
  }
  const given = [
    ...PRINCIPALS.filter((name) => settings[name] !== undefined),
    ...(settings.use_azure_cli_auth ? ["use_azure_cli_auth"] : []),
  ];
  const [first, second] = given;
  if (second !== undefined) {
    refuse(second, `cannot be given together with ${first}; keep one of them`);
  }
  if (PRINCIPALS.some((name) => name === first)) {
    for (const attribute of ["client_id", "tenant_id"] as const) {
      if (settings[attribute] === undefined) refuse(attribute, `is missing; ${first} needs it`);
    }
  }
  if (settings.client_cert_password !== undefined && settings.client_cert_path === undefined) {
    refuse("client_cert_password", "is of no use without client_cert_path");
  }
}
