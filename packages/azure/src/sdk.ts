import { AsyncLocalStorage } from "node:async_hooks";
import type { ComputeManagementClient } from "@azure/arm-compute";
import type { ResourceManagementClient } from "@azure/arm-resources";
import type { TokenCredential } from "@azure/identity";
import type { Credentials } from "./access.ts";
import type { Environment } from "./environment.ts";
import type { Trace } from "./sdk-errors.ts";

/** How to reach Azure. */
export interface ConnectOptions {
  environment: Environment;
  credentials: Credentials;
  /** The subscription to build in. */
  subscription: string;
}

/** The SDK's clients. */
export interface Sdk {
  readonly credential: TokenCredential;
  /** Of the subscription to build in. */
  readonly resources: ResourceManagementClient;
  /** Of any subscription. */
  compute(subscription: string): ComputeManagementClient;
}

/**
 * Requests whose answer did not come are sent again, and so are those that the cloud could not serve. That is harmless
 * for all that are made here: they say how things shall be, not what to add.
 */
export const RETRY = { maxRetries: 6, retryDelayInMs: 100, maxRetryDelayInMs: 3000 };

/** What is being found out about the call that is under way. */
export const traces = new AsyncLocalStorage<Trace>();

/** The part of the SDK's requests and answers that {@link tracePolicy} looks at. */
interface Answer {
  status: number;
  bodyAsText?: string | null;
  headers: { get(name: string): string | undefined };
}

/** Notes what the answers say about themselves, which the SDK does not tell of polls and of failed operations. */
const tracePolicy = {
  name: "packerkitTracePolicy",
  async sendRequest<Request, Result extends Answer>(
    request: Request,
    next: (request: Request) => Promise<Result>,
  ): Promise<Result> {
    const answer = await next(request);
    const trace = traces.getStore();
    if (trace === undefined) return answer;
    const { headers } = answer;
    const seconds = Number.parseInt(headers.get("retry-after") ?? "", 10);
    trace.status = answer.status;
    trace.body = answer.bodyAsText ?? undefined;
    trace.requestId = headers.get("x-ms-request-id");
    trace.correlationId = headers.get("x-ms-correlation-request-id");
    trace.retryAfter = Number.isNaN(seconds) ? undefined : seconds * 1000;
    return answer;
  },
};

/** Loads the SDK, which takes a while: do it when a build runs, not before. It calls nothing yet. */
export async function loadSdk({
  credentials,
  environment,
  subscription,
}: ConnectOptions): Promise<Sdk> {
  const [identity, { ResourceManagementClient }, { ComputeManagementClient }] = await Promise.all([
    import("@azure/identity"),
    import("@azure/arm-resources"),
    import("@azure/arm-compute"),
  ]);
  const credential = credentialOf(identity, credentials, environment.authority);
  const options = {
    endpoint: environment.resourceManager,
    credentials: { scopes: [`${environment.audience}/.default`] },
    retryOptions: RETRY,
    additionalPolicies: [{ policy: tracePolicy, position: "perRetry" as const }],
  };
  const computes = new Map<string, ComputeManagementClient>();
  return {
    credential,
    resources: new ResourceManagementClient(credential, subscription, options),
    compute(of) {
      const client = computes.get(of) ?? new ComputeManagementClient(credential, of, options);
      computes.set(of, client);
      return client;
    },
  };
}

function credentialOf(
  identity: typeof import("@azure/identity"),
  credentials: Credentials,
  authorityHost: string,
): TokenCredential {
  const options = {
    authorityHost,
    // Only Microsoft's own clouds can be asked whether an authority is one.
    disableInstanceDiscovery: !/\.(microsoftonline\.(com|us)|chinacloudapi\.cn)$/.test(
      new URL(authorityHost).hostname,
    ),
    retryOptions: RETRY,
  };
  switch (credentials.kind) {
    case "secret": {
      const { tenant, client, secret } = credentials;
      return new identity.ClientSecretCredential(tenant, client, secret, options);
    }
    case "certificate": {
      const { tenant, client, path, password } = credentials;
      const certificate = {
        certificatePath: path,
        ...(password === undefined ? {} : { certificatePassword: password }),
      };
      return new identity.ClientCertificateCredential(tenant, client, certificate, options);
    }
    case "assertion": {
      const { tenant, client, token } = credentials;
      return new identity.ClientAssertionCredential(tenant, client, async () => token, options);
    }
    case "cli":
      return new identity.AzureCliCredential();
    case "default":
      return new identity.DefaultAzureCredential({
        ...options,
        ...(credentials.client === undefined
          ? {}
          : { managedIdentityClientId: credentials.client }),
        ...(credentials.tenant === undefined ? {} : { tenantId: credentials.tenant }),
      });
  }
}
