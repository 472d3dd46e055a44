import { RegistryClientError } from "./errors.ts";

/** How a connection is protected: `insecure` does not check who answers, `disabled` is plain HTTP. */
export type TlsMode = "verify" | "insecure" | "disabled";

/** Which registry a client speaks to, and as whom. */
export interface RegistryClientOptions {
  clientId: string;
  clientSecret: string;
  /** Host and port without a scheme; HCP's own by default. */
  apiAddress?: string;
  apiTls?: TlsMode;
  /** The address whose `/oauth2/token` grants tokens, with its scheme; HCP's own by default. */
  authUrl?: string;
  authTls?: TlsMode;
  /** Both, or neither: then the registry is asked for the principal's own. */
  organizationId?: string;
  projectId?: string;
  /** How often a request is sent in all where the registry cannot be reached; 10 by default. */
  attempts?: number;
  /** The longest wait for one answer, in milliseconds; 30,000 by default. */
  timeout?: number;
}

/** Source: `geography/us.go`, hcp-sdk-go. */
export const HCP = {
  apiAddress: "api.cloud.hashicorp.com:443",
  authUrl: "https://auth.idp.hashicorp.com",
} as const;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The options that Packer and Terraform would take from the environment.
 *
 * Source: `FromEnv`, hcp-sdk-go `config/env.go`.
 *
 * @throws {RegistryClientError} `BAD_OPTION`; the message names every variable that is wrong.
 */
export function optionsFromEnvironment(environment: Environment): RegistryClientOptions {
  const problems: string[] = [];
  const required = (name: string): string => {
    const value = environment[name] ?? "";
    if (value === "") problems.push(`${name} is not set: take it from the service principal`);
    return value;
  };
  const tls = (name: string): TlsMode => {
    const value = environment[name];
    if (value === undefined) return "verify";
    if (value === "insecure" || value === "disabled") return value;
    problems.push(`${name} is ${JSON.stringify(value)}: use insecure or disabled, or unset it`);
    return "verify";
  };
  const { HCP_ORGANIZATION_ID: organizationId, HCP_PROJECT_ID: projectId } = environment;
  if (Boolean(organizationId) !== Boolean(projectId)) {
    problems.push("HCP_ORGANIZATION_ID and HCP_PROJECT_ID belong together: set both or neither");
  }
  const options: RegistryClientOptions = {
    clientId: required("HCP_CLIENT_ID"),
    clientSecret: required("HCP_CLIENT_SECRET"),
    apiAddress: apiAddressOf(environment),
    apiTls: tls("HCP_API_TLS"),
    authUrl: environment["HCP_AUTH_URL"] ?? HCP.authUrl,
    authTls: tls("HCP_AUTH_TLS"),
    ...(organizationId && projectId ? { organizationId, projectId } : {}),
  };
  if (problems.length > 0) throw new RegistryClientError("BAD_OPTION", problems.join("; "));
  return options;
}

/** The host and port of the API; the older variable wins, as in the SDK. */
export function apiAddressOf(environment: Environment): string {
  const legacy = environment["HCP_API_HOST"]?.replace(/^https:\/\//i, "");
  return legacy ?? environment["HCP_API_ADDRESS"] ?? HCP.apiAddress;
}
