import { cleanText, messageOf } from "@packerkit/plugin-sdk";
import type { AccessSettings } from "./access.ts";
import { AzureError } from "./errors.ts";

/** Where a cloud answers. */
export interface Environment {
  /** The URL of Azure Resource Manager. */
  resourceManager: string;
  /** The URL of what signs people in. */
  authority: string;
  /** What a token for Azure Resource Manager is asked for. */
  audience: string;
}

const PUBLIC: Environment = {
  resourceManager: "https://management.azure.com",
  authority: "https://login.microsoftonline.com",
  audience: "https://management.azure.com",
};

const CHINA: Environment = {
  resourceManager: "https://management.chinacloudapi.cn",
  authority: "https://login.chinacloudapi.cn",
  audience: "https://management.chinacloudapi.cn",
};

const US_GOVERNMENT: Environment = {
  resourceManager: "https://management.usgovcloudapi.net",
  authority: "https://login.microsoftonline.us",
  audience: "https://management.usgovcloudapi.net",
};

/** Source of the names: packer-plugin-azure 2.6, `builder/azure/common/client/config.go`. */
const ENVIRONMENTS: Readonly<Record<string, Environment>> = {
  public: PUBLIC,
  publiccloud: PUBLIC,
  azurepubliccloud: PUBLIC,
  china: CHINA,
  chinacloud: CHINA,
  azurechinacloud: CHINA,
  usgovernment: US_GOVERNMENT,
  usgovernmentcloud: US_GOVERNMENT,
  azureusgovernmentcloud: US_GOVERNMENT,
};

/** How long a cloud may take to describe itself, in milliseconds. */
const TIMEOUT = 30_000;

/** The cloud of the given name; `undefined` where there is none. */
export function environmentOf(name: string): Environment | undefined {
  return ENVIRONMENTS[name.toLowerCase()];
}

/**
 * Where the cloud answers: as `metadata_host` describes it, else as is known of the cloud that is named.
 *
 * @throws {AzureError} `UNKNOWN_CLOUD`
 */
export async function findEnvironment(
  settings: Pick<AccessSettings, "cloud_environment_name" | "metadata_host">,
  signal: AbortSignal,
): Promise<Environment> {
  const { cloud_environment_name: name, metadata_host: host = process.env["ARM_METADATA_URL"] } =
    settings;
  if (host) return await askEnvironment(host, signal);
  const known = environmentOf(name);
  if (known !== undefined) return known;
  throw new AzureError("UNKNOWN_CLOUD", `there is no cloud ${name}; check cloud_environment_name`);
}

/** Source of the form: hashicorp/go-azure-sdk `sdk/environments/azure_stack.go`, and Azure's metadata endpoint. */
async function askEnvironment(host: string, signal: AbortSignal): Promise<Environment> {
  const base = host.includes("://") ? host.replace(/\/+$/, "") : `https://${host}`;
  const url = `${base}/metadata/endpoints?api-version=2022-09-01`;
  let answer: unknown;
  try {
    const timeout = AbortSignal.timeout(TIMEOUT);
    const response = await fetch(url, { signal: AbortSignal.any([signal, timeout]) });
    if (!response.ok) throw new Error(`it answered HTTP ${response.status}`);
    answer = await response.json();
  } catch (cause) {
    signal.throwIfAborted();
    const inner = (cause as Error).cause;
    const words = cleanText(inner === undefined ? messageOf(cause) : messageOf(inner));
    throw new AzureError(
      "UNKNOWN_CLOUD",
      `${url} does not describe a cloud: ${words}; check metadata_host, and that its certificate is trusted (NODE_EXTRA_CA_CERTS)`,
      { cause },
    );
  }
  return readEnvironment(answer, url);
}

function readEnvironment(answer: unknown, url: string): Environment {
  const description = (Array.isArray(answer) ? answer[0] : answer) as
    | {
        resourceManager?: unknown;
        authentication?: { loginEndpoint?: unknown; audiences?: unknown };
      }
    | undefined;
  const { resourceManager, authentication } = description ?? {};
  const { loginEndpoint, audiences } = authentication ?? {};
  const audience = Array.isArray(audiences) ? audiences[0] : undefined;
  const isWhole = [resourceManager, loginEndpoint].every(
    (value) => typeof value === "string" && URL.canParse(value),
  );
  if (!isWhole) {
    throw new AzureError(
      "UNKNOWN_CLOUD",
      `${url} does not describe a cloud: it names no resourceManager and loginEndpoint; check metadata_host`,
    );
  }
  const trimmed = (value: unknown) => String(value).replace(/\/+$/, "");
  return {
    resourceManager: trimmed(resourceManager),
    authority: trimmed(loginEndpoint),
    audience: typeof audience === "string" ? trimmed(audience) : trimmed(resourceManager),
  };
}
