import { apiAddressOf, type Environment, HCP } from "../../client/options.ts";
import { bad, type Finding, good, warning } from "./finding.ts";

type Check = (environment: Environment) => Finding | undefined;

/** What the variables by themselves tell, without asking anybody. */
export function checkVariables(environment: Environment): Finding[] {
  return CHECKS.flatMap((check) => check(environment) ?? []);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const CHECKS: readonly Check[] = [
  ({ HCP_PACKER_REGISTRY: value }) => {
    if (value === undefined || !["off", "0"].includes(value.toLowerCase())) return undefined;
    return warning(
      "HCP_PACKER_REGISTRY",
      `is ${value}, so that Packer publishes nothing`,
      "unset it, or set it to on",
    );
  },
  ({ HCP_CLIENT_ID: id, HCP_CLIENT_SECRET: secret }) => {
    if (id && secret) return good("HCP_CLIENT_ID, HCP_CLIENT_SECRET", "are set");
    const missing = [!id && "HCP_CLIENT_ID", !secret && "HCP_CLIENT_SECRET"].filter(Boolean);
    return bad(
      missing.join(", "),
      missing.length === 2 ? "are not set" : "is not set",
      "make a principal with packerkit-registry principal create, and paste what it prints",
    );
  },
  ({ HCP_CRED_FILE: file, HCP_CLIENT_ID: id }) => {
    if (!file) return undefined;
    return warning(
      "HCP_CRED_FILE",
      id ? "is set beside HCP_CLIENT_ID, which wins" : "is set; this doctor does not read it",
      "unset it, and use HCP_CLIENT_ID and HCP_CLIENT_SECRET alone",
    );
  },
  (environment) => {
    const name = environment["HCP_API_HOST"] === undefined ? "HCP_API_ADDRESS" : "HCP_API_HOST";
    const address = apiAddressOf(environment);
    if (environment[name] === undefined) {
      return warning(
        name,
        "is not set, so that clients speak to HCP Packer itself",
        "set it to the host and port of your registry, such as 127.0.0.1:8080",
      );
    }
    if (/^[a-z]+:\/\//i.test(address) || !/^[^/\s]+:\d+$/.test(address)) {
      return bad(
        name,
        `is ${JSON.stringify(address)}, which is not host and port`,
        `set it without scheme and path, such as ${hostAndPort(address)}`,
      );
    }
    return good(name, `is ${address}`);
  },
  ({ HCP_API_TLS: value }) => tlsValue("HCP_API_TLS", value),
  ({ HCP_AUTH_TLS: value }) => {
    if (value !== "disabled") return tlsValue("HCP_AUTH_TLS", value);
    return bad(
      "HCP_AUTH_TLS",
      "is disabled, but clients take tokens over HTTPS in any case",
      "set it to insecure for a certificate that the server signed itself, else unset it",
    );
  },
  ({ HCP_AUTH_URL: url }) => {
    if (url === undefined) {
      return warning(
        "HCP_AUTH_URL",
        `is not set, so that tokens are asked of ${HCP.authUrl}`,
        "set it to the address of your registry, such as https://127.0.0.1:8443",
      );
    }
    if (URL.canParse(url) && new URL(url).protocol === "https:") {
      return good("HCP_AUTH_URL", `is ${url}`);
    }
    return bad(
      "HCP_AUTH_URL",
      `is ${JSON.stringify(url)}, but Packer and Terraform accept an address with https:// only`,
      "set it to the HTTPS address that packerkit-registry serve prints",
    );
  },
  ({ HCP_ORGANIZATION_ID: organization, HCP_PROJECT_ID: project }) => {
    if (Boolean(organization) !== Boolean(project)) {
      return bad(
        organization ? "HCP_PROJECT_ID" : "HCP_ORGANIZATION_ID",
        "is not set, though the other of the two is",
        "set both, or neither: then the registry is asked",
      );
    }
    const wrong = [organization, project].find((id) => id && !UUID.test(id));
    if (wrong === undefined) return undefined;
    return bad(
      "HCP_ORGANIZATION_ID, HCP_PROJECT_ID",
      `hold ${JSON.stringify(wrong)}, which is no UUID`,
      "paste the ids that packerkit-registry principal create prints",
    );
  },
  ({ HCP_PACKER_BUCKET_NAME: name }) => {
    if (name === undefined || /^[a-zA-Z0-9-]{3,36}$/.test(name)) return undefined;
    return bad(
      "HCP_PACKER_BUCKET_NAME",
      `is ${JSON.stringify(name)}, which no bucket can be named`,
      "use 3 to 36 ASCII letters, digits and hyphens",
    );
  },
  ({ HCP_PACKER_BUILD_FINGERPRINT: fingerprint }) => {
    if (!fingerprint) return undefined;
    return warning(
      "HCP_PACKER_BUILD_FINGERPRINT",
      `is ${JSON.stringify(fingerprint)}, so that builds resume that version, and fail once it is complete`,
      "unset it, unless you resume a version on purpose",
    );
  },
];

function tlsValue(name: string, value: string | undefined): Finding | undefined {
  if (value === undefined) return undefined;
  if (value === "insecure" || value === "disabled") return good(name, `is ${value}`);
  return bad(
    name,
    `is ${JSON.stringify(value)}, which clients refuse`,
    name === "HCP_AUTH_TLS"
      ? "set it to insecure, or unset it where the certificate is a trusted one"
      : "set it to insecure or disabled, or unset it where the certificate is a trusted one",
  );
}

function hostAndPort(address: string): string {
  const url = /^[a-z]+:\/\//i.test(address) ? address : `https://${address}`;
  if (!URL.canParse(url)) return "127.0.0.1:8080";
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "http:" ? "80" : "443")}`;
}
