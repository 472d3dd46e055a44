import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Store } from "./model.ts";
import { Refusal, refuse } from "./refusal.ts";
import { answerProject } from "./routes.ts";
import { seed } from "./seed.ts";

/** The principal that every fake registry knows. */
export const PRINCIPAL = { clientId: "page-test-client", clientSecret: "page-test-secret" };

const TOKEN = "page-test-token";
const HOME = {
  organization: "11111111-2222-4333-8444-555555555555",
  project: "66666666-7777-4888-8999-000000000000",
};

/** A stand-in for the registry, with a project to look at; made for this package's tests, examples and screenshots. */
export class FakeRegistry {
  /** Such as `http://127.0.0.1:40123`. */
  origin = "";
  readonly store: Store = { buckets: [], versions: [], channels: [] };
  readonly requests: string[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #troubles: { path: RegExp; answer: () => Promise<void> | never }[] = [];
  #accepts = TOKEN;

  /** A registry on a free port of 127.0.0.1. */
  static async start({ fillers = 0, files }: FakeOptions = {}): Promise<FakeRegistry> {
    const registry = new FakeRegistry(files);
    seed(registry.store, { fillers });
    await new Promise<void>((done) => registry.#server.listen(0, "127.0.0.1", done));
    const { port } = registry.#server.address() as AddressInfo;
    registry.origin = `http://127.0.0.1:${port}`;
    return registry;
  }

  readonly #files: FakeOptions["files"];

  private constructor(files: FakeOptions["files"]) {
    this.#files = files;
  }

  /** Makes the next request for a path fail. */
  failNext(path: RegExp, code: number, message: string): void {
    this.#troubles.push({ path, answer: () => refuse(code, message) });
  }

  /** Holds back the answers for a path until the function that comes back is called. */
  holdBack(path: RegExp): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    const trouble = { path, answer: () => promise };
    this.#troubles.push(trouble);
    return resolve;
  }

  /** From now on, no token is taken. */
  endSessions(): void {
    this.#accepts = "";
  }

  async close(): Promise<void> {
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const text = await readAll(request);
    if (!/^\/(packer|oauth2|resource-manager)\//.test(url.pathname) && this.#files) {
      return this.#files(url.pathname, response);
    }
    try {
      this.requests.push(`${request.method} ${url.pathname}`);
      send(response, 200, await this.#route(request, url, text));
    } catch (error) {
      const problem = error instanceof Refusal ? error : new Refusal(13, String(error));
      send(response, problem.status, { code: problem.code, message: problem.message, details: [] });
    }
  }

  async #route(request: IncomingMessage, url: URL, text: string): Promise<object> {
    const index = this.#troubles.findIndex(({ path }) => path.test(url.pathname));
    const [trouble] = index < 0 ? [] : this.#troubles.splice(index, 1);
    await trouble?.answer();
    if (url.pathname === "/oauth2/token") return grant(new URLSearchParams(text));
    if (this.#accepts === "" || request.headers.authorization !== `Bearer ${this.#accepts}`) {
      refuse(16, "the token is not valid, or has expired");
    }
    const { organization, project } = HOME;
    if (url.pathname === "/resource-manager/2019-12-10/organizations") {
      return { organizations: [{ id: organization, name: "Example Ltd" }], pagination: {} };
    }
    if (url.pathname === "/resource-manager/2019-12-10/projects") {
      return { projects: [{ id: project, name: "images" }], pagination: {} };
    }
    const prefix = `/packer/2023-01-01/organizations/${organization}/projects/${project}/`;
    if (!url.pathname.startsWith(prefix)) refuse(7, "the principal belongs to another project");
    const path = url.pathname.slice(prefix.length).split("/").map(decodeURIComponent);
    const body = text === "" ? {} : JSON.parse(text);
    return answerProject(this.store, {
      method: request.method ?? "GET",
      path,
      query: url.searchParams,
      body,
    });
  }
}

interface FakeOptions {
  /** Buckets without versions, to have pages of. */
  fillers?: number;
  /** Answers what is not the API's. */
  files?: (path: string, response: ServerResponse) => void;
}

function grant(form: URLSearchParams): object {
  const { clientId, clientSecret } = PRINCIPAL;
  if (form.get("client_id") !== clientId || form.get("client_secret") !== clientSecret) {
    refuse(16, "the client id is unknown or revoked, or the secret is wrong");
  }
  return { access_token: TOKEN, token_type: "bearer", expires_in: 3600 };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}
