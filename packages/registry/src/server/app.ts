import formbody from "@fastify/formbody";
import rateLimit from "@fastify/rate-limit";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from "fastify";
import { validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { LIMITS } from "../api/index.ts";
import { describeFailure } from "../failure.ts";
import type { Storage } from "../storage/open.ts";
import { Authenticator } from "./auth/authenticate.ts";
import { loadSigningKey } from "./auth/signing-key.ts";
import { type TokenSigner, tokenSigner } from "./auth/tokens.ts";
import { refuseConnection } from "./client-error.ts";
import { errorBodyOf, handleErrors } from "./error-handler.ts";
import { invalid } from "./grpc-error.ts";
import { newId } from "./ids.ts";
import { describeApi } from "./openapi.ts";
import { servePage } from "./page.ts";
import { readRequests } from "./read-requests.ts";
import { registerRoutes } from "./routes/index.ts";
import { type ServerSettings, withDefaults } from "./settings.ts";
import { TIMES } from "./times.ts";

/** A server's routes are added to this. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes need of the server that they belong to. */
export interface Services {
  storage: Storage;
  settings: ServerSettings;
  authenticator: Authenticator;
  signer: TokenSigner;
}

/** The server on a store, not listening yet; `inject` asks it without a network. */
export async function buildApp(
  storage: Storage,
  options: Partial<ServerSettings> = {},
): Promise<App> {
  const settings = withDefaults(options);
  const signer = tokenSigner(await loadSigningKey(storage.database, settings.clock()));
  const authenticator = new Authenticator(storage.database, signer);
  const app = createApp(settings);
  handleErrors(app);
  readRequests(app);
  await app.register(formbody, { bodyLimit: 16_384 });
  await app.register(rateLimit, { global: false });
  await describeApi(app);
  await registerRoutes(app, { storage, settings, authenticator, signer });
  if (settings.pageFolder !== undefined) await servePage(app, settings.pageFolder);
  return app;
}

function createApp(settings: ServerSettings): App {
  const app = Fastify({
    bodyLimit: LIMITS.body,
    requestTimeout: TIMES.request,
    connectionTimeout: TIMES.idle,
    keepAliveTimeout: TIMES.keepAlive,
    http: { headersTimeout: TIMES.headers, connectionsCheckingInterval: TIMES.checking },
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 512 },
    trustProxy: settings.trustProxy,
    genReqId: newId,
    logger:
      settings.log === undefined
        ? false
        : {
            level: "info",
            stream: settings.log,
            serializers: { err: (error) => ({ ...describeFailure(error) }) },
          },
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: (error, _request, reply) => {
      const answer = invalid(error.message);
      const plain = reply as unknown as FastifyReply;
      void plain.status(answer.statusCode).send(errorBodyOf(answer));
    },
    clientErrorHandler: refuseConnection,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // Answers are made by the views, whose types the schemas check: checking them again would halve the speed.
  app.setSerializerCompiler(() => JSON.stringify);
  return app;
}
