import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { eq } from "../../storage/drizzle.ts";
import { principals } from "../../storage/schema/index.ts";
import type { App, Services } from "../app.ts";
import { matchesHash, NOBODYS_HASH } from "../auth/secrets.ts";
import { API_AUDIENCE } from "../auth/tokens.ts";
import { asGrpcError, sendError } from "../error-handler.ts";
import { GRPC, invalid, tooMany, unauthenticated } from "../grpc-error.ts";

const body = z.object({
  grant_type: z.string().max(64).optional(),
  client_id: z.string().max(128).optional(),
  client_secret: z.string().max(256).optional(),
  audience: z.string().max(256).optional(),
  scope: z.string().max(256).optional(),
});

const answer = z.object({
  access_token: z.string(),
  token_type: z.literal("bearer"),
  expires_in: z.int().describe("Seconds."),
});

const oauthError = z.object({
  error: z.string(),
  error_description: z.string(),
  code: z.int(),
  message: z.string(),
  details: z.array(z.unknown()),
});

/** `/oauth2/token`: access tokens for client credentials, in the header or in the form. Source: RFC 6749, 4.4. */
export function tokenRoutes(app: App, { storage, settings, signer }: Services): void {
  app.post(
    "/oauth2/token",
    {
      schema: {
        tags: ["tokens"],
        operationId: "GetToken",
        summary: "A token for client credentials",
        consumes: ["application/x-www-form-urlencoded"],
        security: [{ client: [] }, {}],
        body,
        response: { 200: answer, "4xx": oauthError, "5xx": oauthError },
      },
      errorHandler: answerError,
      config: {
        rateLimit: {
          max: settings.tokensPerMinute,
          timeWindow: 60_000,
          errorResponseBuilder: () => tooMany(`${settings.tokensPerMinute} tokens in a minute`),
        },
      },
    },
    async (request, reply) => {
      void reply.header("cache-control", "no-store");
      if (request.body.grant_type !== "client_credentials") {
        throw invalid("grant_type must be client_credentials");
      }
      const given = fromHeader(request.headers.authorization) ?? {
        id: request.body.client_id ?? "",
        secret: request.body.client_secret ?? "",
      };
      if (!(await isGood(given))) {
        throw unauthenticated(
          "the client id is unknown or revoked, or the secret is wrong: check HCP_CLIENT_ID and HCP_CLIENT_SECRET",
        );
      }
      return {
        access_token: await signer.sign(API_AUDIENCE, given.id, settings.tokenLifetime),
        token_type: "bearer" as const,
        expires_in: settings.tokenLifetime,
      };
    },
  );

  async function isGood({ id, secret }: Credentials): Promise<boolean> {
    const [principal] = await storage.database
      .select({ hash: principals.secretHash, revokedAt: principals.revokedAt })
      .from(principals)
      .where(eq(principals.id, id));
    const matches = await matchesHash(secret, principal?.hash ?? NOBODYS_HASH);
    return matches && principal !== undefined && principal.revokedAt === null;
  }
}

interface Credentials {
  id: string;
  secret: string;
}

/** Both parts are form-encoded before they are put into Basic. Source: RFC 6749, 2.3.1. */
function fromHeader(header: string | undefined): Credentials | undefined {
  const [, encoded] = /^basic +([\w+/=-]{1,1024})$/i.exec(header ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const [id = "", secret = ""] = Buffer.from(encoded, "base64").toString().split(":", 2);
  return { id: formDecode(id), secret: formDecode(secret) };
}

function formDecode(text: string): string {
  return new URLSearchParams(`text=${text.replaceAll("&", "%26")}`).get("text") ?? "";
}

/** The gateway's error body with the fields of OAuth's. Source: RFC 6749, 5.2. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asGrpcError(error, request);
  const name =
    problem.code === GRPC.UNAUTHENTICATED
      ? "invalid_client"
      : problem.code === GRPC.INVALID_ARGUMENT
        ? "invalid_request"
        : "temporarily_unavailable";
  sendError(problem, error, request, reply, { error: name, error_description: problem.message });
}
