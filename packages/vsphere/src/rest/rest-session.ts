import { VSphereError } from "../errors.ts";
import type { VimSession } from "../vim25/session.ts";
import type { HttpAnswer } from "../vim25/transport.ts";

/** One request to the REST API. */
export interface RestRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/rest`. */
  path: string;
  body?: unknown;
  /** Only for requests that change nothing. */
  signal?: AbortSignal | undefined;
}

const SESSION = "/com/vmware/cis/session";

/** A session on a vCenter's REST API, beside that on its SOAP API. It signs in when it is needed. */
export class RestSession {
  readonly #session: VimSession;
  #id: string | undefined;

  constructor(session: VimSession) {
    this.#session = session;
  }

  /**
   * Sends a request and answers the `value` of the answer; null where there is none.
   *
   * @throws {VSphereError} `FAULT` with the API's own name of the error, `LOGIN_REFUSED`, `CONNECTION_LOST`, `BAD_ANSWER`.
   */
  async request(asked: RestRequest): Promise<unknown> {
    this.#id ??= await this.#signIn();
    let answer = await this.#send(asked, this.#id);
    if (answer.status === 401) {
      this.#id = await this.#signIn();
      answer = await this.#send(asked, this.#id);
    }
    return readValue(asked, answer);
  }

  /** Signs out where it has signed in. */
  async signOut(): Promise<void> {
    const id = this.#id;
    this.#id = undefined;
    if (id !== undefined) await this.#send({ method: "DELETE", path: SESSION }, id);
  }

  async #signIn(): Promise<string> {
    const { username, password } = this.#session.credentials;
    const basic = Buffer.from(`${username}:${password}`).toString("base64");
    const answer = await this.#session.transport.text({
      method: "POST",
      path: `/rest${SESSION}`,
      headers: { authorization: `Basic ${basic}`, "vmware-use-header-authn": "true" },
    });
    if (answer.status === 401) {
      throw new VSphereError(
        "LOGIN_REFUSED",
        "the vCenter's REST API refused the login: check the attributes username and password",
        { fault: "com.vmware.vapi.std.errors.unauthenticated" },
      );
    }
    const id = readValue({ method: "POST", path: SESSION }, answer);
    if (typeof id === "string") return id;
    throw new VSphereError("BAD_ANSWER", "the vCenter's REST API answered no session");
  }

  async #send({ method, path, body, signal }: RestRequest, id: string): Promise<HttpAnswer> {
    return await this.#session.transport.text({
      method,
      path: `/rest${path}`,
      headers: { "vmware-api-session-id": id, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
  }
}

function readValue({ method, path }: RestRequest, { status, text }: HttpAnswer): unknown {
  const answer = parseAnswer(text);
  if (status >= 200 && status < 300) return answer["value"] ?? null;
  const name = typeof answer["type"] === "string" ? answer["type"] : `HTTP ${status}`;
  const words = messagesOf(answer["value"]).join(" ");
  throw new VSphereError(
    "FAULT",
    `${method} ${path.replace(/\?.*$/, "")} ended in the error ${name}${words === "" ? "" : `: ${words}`}`,
    { fault: name },
  );
}

function parseAnswer(text: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null) return answer as Record<string, unknown>;
  } catch {
    // Refusals of the web server itself are no JSON; their status says enough.
  }
  return {};
}

function messagesOf(value: unknown): string[] {
  const { messages } = (value ?? {}) as { messages?: unknown };
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message: { default_message?: unknown } | null) =>
    typeof message?.default_message === "string" ? [message.default_message] : [],
  );
}
