import { Agent } from "node:https";
import type { EC2ClientConfig } from "@aws-sdk/client-ec2";
import {
  fromIni,
  fromNodeProviderChain,
  fromTemporaryCredentials,
} from "@aws-sdk/credential-providers";
import { ConfiguredRetryStrategy } from "@smithy/core/retry";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { AccessConfig } from "./config/access.ts";
import type { Pace } from "./pace.ts";

/** The longest pause between two attempts, in milliseconds. */
const LONGEST_RETRY_PAUSE = 20_000;

/** How often a host is tried that nothing is heard of at all: unlike throttling, that seldom passes by itself. */
const CONNECTION_ATTEMPTS = 3;

const NO_CONNECTION: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/** How the clients of all regions are set up; they share connections and credentials. */
export function clientSettings(config: AccessConfig, pace: Pace): EC2ClientConfig {
  const { custom_endpoint_ec2: endpoint, profile, region } = config;
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: Math.min(10_000, pace.requestTimeout),
    requestTimeout: pace.requestTimeout,
    socketTimeout: pace.requestTimeout,
    throwOnRequestTimeout: true,
    ...(config.insecure_skip_tls_verify
      ? { httpsAgent: new Agent({ keepAlive: true, rejectUnauthorized: false }) }
      : {}),
  });
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...credentialsOf(config, requestHandler),
    requestHandler,
    maxAttempts: pace.attempts,
  };
}

/** Waits longer after each attempt, and by chance a little more or less, so that many builds do not try as one. */
export function retryStrategy(pace: Pace): ConfiguredRetryStrategy {
  return new PatientRetryStrategy(pace.attempts, (attempt) => {
    const pause = Math.min(pace.retryPause * 2 ** (attempt - 1), LONGEST_RETRY_PAUSE);
    return pause * (0.75 + Math.random() / 2);
  });
}

class PatientRetryStrategy extends ConfiguredRetryStrategy {
  override async refreshRetryTokenForRetry(
    ...[token, info]: Parameters<ConfiguredRetryStrategy["refreshRetryTokenForRetry"]>
  ) {
    const { code } = (info.error ?? {}) as { code?: unknown };
    if (NO_CONNECTION.has(code) && token.getRetryCount() + 1 >= CONNECTION_ATTEMPTS) {
      throw new Error("nothing answers there");
    }
    return await super.refreshRetryTokenForRetry(token, info);
  }
}

/** None where the SDK's own chain is to find them. */
function credentialsOf(
  config: AccessConfig,
  requestHandler: NodeHttpHandler,
): Pick<EC2ClientConfig, "credentials"> {
  const own = ownCredentials(config);
  const role = config.assume_role;
  if (role === undefined) return own === undefined ? {} : { credentials: own };
  const { region } = config;
  const masterCredentials = own ?? chain(config);
  return {
    credentials: fromTemporaryCredentials({
      masterCredentials,
      clientConfig: { requestHandler, ...(region === undefined ? {} : { region }) },
      params: {
        RoleArn: role.role_arn,
        RoleSessionName: role.session_name ?? `packer-${Date.now()}`,
        DurationSeconds: role.duration_seconds,
        ExternalId: role.external_id,
        Policy: role.policy,
        PolicyArns: role.policy_arns.map((arn) => ({ arn })),
        Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
        TransitiveTagKeys: role.transitive_tag_keys,
      },
    }),
  };
}

function ownCredentials(config: AccessConfig): EC2ClientConfig["credentials"] {
  const { access_key, secret_key, token, shared_credentials_file: filepath, profile } = config;
  if (access_key !== undefined && secret_key !== undefined) {
    return {
      accessKeyId: access_key,
      secretAccessKey: secret_key,
      ...(token === undefined ? {} : { sessionToken: token }),
    };
  }
  if (filepath !== undefined) {
    return fromIni({ filepath, ...(profile === undefined ? {} : { profile }) });
  }
  return config.skip_metadata_api_check ? chain(config) : undefined;
}

/** The SDK's own chain. */
function chain({ profile, skip_metadata_api_check: skip }: AccessConfig) {
  // The chain asks for this variable alone whether it may look at the metadata service.
  if (skip) process.env["AWS_EC2_METADATA_DISABLED"] = "true";
  return fromNodeProviderChain(profile === undefined ? {} : { profile });
}
