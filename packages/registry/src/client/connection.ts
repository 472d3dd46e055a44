import type { z } from "zod";
import { errorAnswer, organizationsAnswer, projectsAnswer } from "./answers.ts";
import { RegistryClientError } from "./errors.ts";
import { HCP, type RegistryClientOptions } from "./options.ts";
import { TokenSource } from "./token-source.ts";
import { type Outgoing, Transport } from "./transport.ts";

/** A request to a path below the principal's project, and what its answer has to look like. */
export interface Call<Answer extends z.ZodType> {
  method: Outgoing["method"];
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  answer: Answer;
  signal?: AbortSignal | undefined;
}

/** Whose rows a client works with. */
export interface Tenant {
  organizationId: string;
  projectId: string;
}

/** An authenticated connection to one project of a registry. */
export class Connection {
  readonly #api: Transport;
  readonly #auth: Transport;
  readonly #tokens: TokenSource;
  readonly #origin: string;
  #tenant: Promise<Tenant> | undefined;

  constructor(options: RegistryClientOptions) {
    const { apiAddress = HCP.apiAddress, authUrl = HCP.authUrl } = options;
    const { apiTls = "verify", authTls = "verify", attempts = 10, timeout = 30_000 } = options;
    const { organizationId, projectId } = options;
    this.#origin = originOf(apiAddress, apiTls === "disabled");
    if (!URL.canParse(authUrl)) {
      throw new RegistryClientError(
        "BAD_OPTION",
        `the auth URL ${JSON.stringify(authUrl)} is none: give it with its scheme, such as https://127.0.0.1:8443`,
      );
    }
    this.#api = new Transport(apiAddress, apiTls, attempts, timeout);
    this.#auth = new Transport(new URL(authUrl).host, authTls, attempts, timeout);
    this.#tokens = new TokenSource(this.#auth, authUrl, options.clientId, options.clientSecret);
    if (organizationId !== undefined && projectId !== undefined) {
      this.#tenant = Promise.resolve({ organizationId, projectId });
    }
  }

  /**
   * The answer to a call.
   *
   * @throws {RegistryClientError} `NOT_FOUND` for code 5, `DENIED` for 7, `UNAUTHENTICATED` for 16, `REFUSED` for any
   * other refusal, `UNREACHABLE`, `BAD_ANSWER`, `CANCELLED`.
   */
  async call<Answer extends z.ZodType>(call: Call<Answer>): Promise<z.output<Answer>> {
    const { organizationId, projectId } = await this.tenant();
    const root = `/packer/2023-01-01/organizations/${organizationId}/projects/${projectId}`;
    return await this.#send({ ...call, path: root + call.path });
  }

  /** A token for the API. @throws {RegistryClientError} `UNAUTHENTICATED`, `UNREACHABLE`, `BAD_ANSWER`. */
  async token(): Promise<string> {
    return await this.#tokens.get();
  }

  /** The organization and project: those of the options, or the principal's first ones. */
  async tenant(): Promise<Tenant> {
    this.#tenant ??= this.#findTenant().catch((error) => {
      this.#tenant = undefined;
      throw error;
    });
    return await this.#tenant;
  }

  async close(): Promise<void> {
    await Promise.all([this.#api.close(), this.#auth.close()]);
  }

  async #findTenant(): Promise<Tenant> {
    const manager = "/resource-manager/2019-12-10";
    const { organizations } = await this.#send({
      method: "GET",
      path: `${manager}/organizations`,
      answer: organizationsAnswer,
    });
    const [organization] = organizations;
    if (organization === undefined || organizations.length > 1) {
      throw new RegistryClientError(
        "BAD_OPTION",
        `the principal sees ${organizations.length} organizations: set HCP_ORGANIZATION_ID and HCP_PROJECT_ID`,
      );
    }
    const { projects } = await this.#send({
      method: "GET",
      path: `${manager}/projects`,
      query: { "scope.id": organization.id, "scope.type": "ORGANIZATION" },
      answer: projectsAnswer,
    });
    const [oldest] = projects.toSorted((one, other) =>
      one.created_at < other.created_at ? -1 : 1,
    );
    if (oldest !== undefined) return { organizationId: organization.id, projectId: oldest.id };
    throw new RegistryClientError("NOT_FOUND", "the principal sees no project: set HCP_PROJECT_ID");
  }

  async #send<Answer extends z.ZodType>(call: Call<Answer>): Promise<z.output<Answer>> {
    const { method, query = {}, body, signal } = call;
    const url = new URL(call.path, this.#origin);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    for (let attempt = 1; ; attempt += 1) {
      const token = await this.#tokens.get();
      const incoming = await this.#api.send({
        method,
        url: url.href,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
      });
      if (incoming.status === 401 && attempt === 1) {
        this.#tokens.forget(token);
        continue;
      }
      if (incoming.status !== 200) throw refusal(method, url, incoming.status, incoming.body);
      const answer = call.answer.safeParse(incoming.body);
      if (answer.success) return answer.data;
      throw new RegistryClientError(
        "BAD_ANSWER",
        `${method} ${url.pathname} answered with something that is not of HCP Packer's API: ${answer.error.message}`,
        { cause: answer.error },
      );
    }
  }
}

function originOf(address: string, isPlain: boolean): string {
  const url = `${isPlain ? "http" : "https"}://${address}`;
  if (!address.includes("/") && URL.canParse(url)) return url;
  throw new RegistryClientError(
    "BAD_OPTION",
    `the API address ${JSON.stringify(address)} will not do: give host and port without a scheme, such as 127.0.0.1:8080`,
  );
}

function refusal(method: string, url: URL, status: number, body: unknown): RegistryClientError {
  const answer = errorAnswer.safeParse(body);
  if (!answer.success) {
    return new RegistryClientError(
      "BAD_ANSWER",
      `${method} ${url.pathname} answered ${status} in a form that is not of HCP Packer's API: check HCP_API_ADDRESS`,
    );
  }
  const { code, message } = answer.data;
  const codes = { 5: "NOT_FOUND", 7: "DENIED", 16: "UNAUTHENTICATED" } as const;
  const name = codes[code as keyof typeof codes] ?? "REFUSED";
  return new RegistryClientError(name, `${method} ${url.pathname}: ${message}`, {
    grpcCode: code,
  });
}
