import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import type { Tokens } from "./tokens.ts";

/** The largest form that a token is asked for with, in bytes. */
const MAX_FORM_BYTES = 64 * 1024;

/** What `cloud_environment_name` has to say. */
export const ENVIRONMENT_NAME = "PackerkitCloud";

/** The routes of the environment's metadata and of Microsoft Entra ID. They ask for no token. */
export function identityRoutes(tokens: Tokens): Route[] {
  return [
    {
      method: "GET",
      path: "/metadata/endpoints",
      operation: "Metadata_Endpoints",
      handle(exchange) {
        const metadata = environmentOf(exchange);
        // From 2022 on the answer is one environment; before it was a list of them.
        const isList = exchange.field("api-version") < "2022";
        exchange.sendJson(200, isList ? [metadata] : metadata);
      },
    },
    {
      method: "GET",
      path: "/common/discovery/instance",
      operation: "Instance_Discovery",
      handle(exchange) {
        const { host = "" } = exchange.request.headers;
        exchange.sendJson(200, {
          tenant_discovery_endpoint: `${base(exchange)}/common/v2.0/.well-known/openid-configuration`,
          "api-version": "1.1",
          metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
        });
      },
    },
    {
      method: "GET",
      path: "/{tenant}/v2.0/.well-known/openid-configuration",
      operation: "OpenId_Configuration",
      handle(exchange) {
        const tenant = exchange.parameter("tenant");
        tokens.requireTenant(tenant);
        const at = `${base(exchange)}/${tenant}`;
        exchange.sendJson(200, {
          issuer: `${at}/v2.0`,
          token_endpoint: `${at}/oauth2/v2.0/token`,
          authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
          jwks_uri: `${at}/discovery/v2.0/keys`,
          token_endpoint_auth_methods_supported: ["client_secret_post"],
          response_types_supported: ["token"],
          subject_types_supported: ["pairwise"],
          id_token_signing_alg_values_supported: ["RS256"],
        });
      },
    },
    tokenRoute(tokens, "/{tenant}/oauth2/v2.0/token"),
    tokenRoute(tokens, "/{tenant}/oauth2/token"),
  ];
}

function tokenRoute(tokens: Tokens, path: string): Route {
  return {
    method: "POST",
    path,
    operation: "OAuth2_Token",
    async handle(exchange) {
      const form = new URLSearchParams((await exchange.readBytes(MAX_FORM_BYTES)).toString());
      const { token, expiresIn } = tokens.signIn(exchange.parameter("tenant"), form);
      const now = Math.floor(Date.now() / 1000);
      exchange.sendJson(200, {
        token_type: "Bearer",
        expires_in: expiresIn,
        ext_expires_in: expiresIn,
        access_token: token,
        // The first version of the protocol tells times too, as texts.
        ...(path.includes("/v2.0/")
          ? {}
          : {
              expires_in: String(expiresIn),
              expires_on: String(now + expiresIn),
              not_before: String(now),
              resource: form.get("resource") ?? "",
            }),
      });
    },
  };
}

function base(exchange: Exchange): string {
  return `https://${exchange.request.headers.host}`;
}

/** Where the parts of the cloud are: all of them here. */
function environmentOf(exchange: Exchange): object {
  const here = base(exchange);
  const { host } = exchange.request.headers;
  return {
    name: ENVIRONMENT_NAME,
    portal: here,
    authentication: {
      loginEndpoint: here,
      audiences: [here],
      tenant: "common",
      identityProvider: "AAD",
    },
    resourceManager: `${here}/`,
    microsoftGraphResourceId: `${here}/`,
    graph: `${here}/`,
    graphAudience: `${here}/`,
    gallery: `${here}/`,
    batch: `${here}/`,
    media: here,
    suffixes: {
      storage: host,
      keyVaultDns: host,
      acrLoginServer: host,
      sqlServerHostname: host,
    },
  };
}
