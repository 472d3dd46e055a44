import type { NewPrincipal } from "../principals/principals.ts";

/** The addresses that the clients of a server are told. */
export interface Addresses {
  HCP_API_ADDRESS: string;
  HCP_API_TLS?: "insecure" | "disabled";
  HCP_AUTH_URL: string;
  HCP_AUTH_TLS?: "insecure";
}

/**
 * The variables that lead Packer and Terraform to a server. `isTrusted` says that its certificate is one that clients
 * trust without further ado.
 */
export function addressesOf(url: string, authUrl: string, isTrusted: boolean): Addresses {
  const { protocol, hostname, port } = new URL(url);
  const isPlain = protocol === "http:";
  return {
    HCP_API_ADDRESS: `${hostname}:${port || (isPlain ? "80" : "443")}`,
    ...(isPlain ? { HCP_API_TLS: "disabled" } : isTrusted ? {} : { HCP_API_TLS: "insecure" }),
    HCP_AUTH_URL: authUrl,
    ...(isTrusted ? {} : { HCP_AUTH_TLS: "insecure" }),
  };
}

/** All that a client needs to sign in as a principal. */
export function environmentOf(
  addresses: Addresses | undefined,
  principal: NewPrincipal,
): Record<string, string> {
  return {
    ...addresses,
    HCP_CLIENT_ID: principal.clientId,
    HCP_CLIENT_SECRET: principal.clientSecret,
    HCP_ORGANIZATION_ID: principal.organizationId,
    HCP_PROJECT_ID: principal.projectId,
  };
}

/** Lines to paste into a shell. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}=${value}`)
    .join("\n");
}
