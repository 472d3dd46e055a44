import type { IncomingMessage } from "node:http";
import { isFault, VSphereError } from "../errors.ts";
import { readEnvelope, requestEnvelope, SOAP_HEADERS } from "./envelope.ts";
import { faultError } from "./faults.ts";
import { type ManagedObjectReference, referenceText } from "./reference.ts";
import { readServiceContent, SERVICE_INSTANCE, type ServiceContent } from "./service-content.ts";
import { type HttpRequest, type ServerAddress, Transport } from "./transport.ts";
import { type XmlElements, XmlNode } from "./xml.ts";

/** Where a vCenter answers, and who signs in. */
export interface Credentials extends ServerAddress {
  readonly username: string;
  readonly password: string;
}

export interface CallOptions {
  /** Only for calls that change nothing: one that was cancelled half-way could still take effect. */
  signal?: AbortSignal | undefined;
}

/** A vCenter forgets a session that says nothing for 30 minutes. */
const KEEP_ALIVE_INTERVAL = 10 * 60_000;

/** These change nothing, so that they may be asked again where the answer got lost. */
const REPEATABLE = /^(Retrieve|Find|Current)/;

/**
 * A session on a vCenter. It signs in at the first call, keeps itself alive, and signs in again where the vCenter has
 * forgotten it.
 */
export class VimSession {
  readonly #credentials: Credentials;
  readonly #transport: Transport;
  #cookie = "";
  #content: Promise<ServiceContent> | undefined;
  #login: Promise<void> | undefined;
  #keepAlive: NodeJS.Timeout | undefined;
  #generation = 0;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
    this.#transport = new Transport(credentials);
  }

  /** Rises by one with each sign-in. What a vCenter keeps for a session, such as filters, goes with the session. */
  get generation(): number {
    return this.#generation;
  }

  get credentials(): Credentials {
    return this.#credentials;
  }

  /** @throws {VSphereError} `BAD_ANSWER` where the server is no vCenter. */
  content(): Promise<ServiceContent> {
    this.#content ??= this.#send("RetrieveServiceContent", SERVICE_INSTANCE, {}, {}).then(
      readServiceContent,
    );
    this.#content.catch(() => {
      this.#content = undefined;
    });
    return this.#content;
  }

  /**
   * Calls a method of an object; answers the response element.
   *
   * @throws {VSphereError} `FAULT` with vSphere's name of it, `LOGIN_REFUSED`, `CONNECTION_LOST`, `BAD_ANSWER`.
   */
  async call(
    method: string,
    self: ManagedObjectReference,
    parameters: XmlElements = {},
    options: CallOptions = {},
  ): Promise<XmlNode> {
    return await this.#signedIn(() => this.#send(method, self, parameters, options));
  }

  /** Sends a request beside the SOAP endpoint with the session's cookie, as for files of a datastore. */
  async file(asked: HttpRequest): Promise<IncomingMessage> {
    await this.signIn();
    const headers = { ...asked.headers, cookie: this.#cookie };
    return await this.#transport.stream({ ...asked, headers });
  }

  /** Requests that the session's cookie has no part in. */
  get transport(): Transport {
    return this.#transport;
  }

  /** Signs in where that has not been done. @throws {VSphereError} `LOGIN_REFUSED`, `CONNECTION_LOST`. */
  async signIn(): Promise<void> {
    this.#login ??= this.#signInAnew();
    try {
      await this.#login;
    } catch (error) {
      this.#login = undefined;
      throw error;
    }
  }

  /** Does work that is to be done again, once, where it turns out that the vCenter has forgotten the session. */
  async renewing<Result>(work: () => Promise<Result>): Promise<Result> {
    return await this.#signedIn(work);
  }

  /** Signs out and closes the connections. The session may be used again: it then signs in anew. */
  async signOut(): Promise<void> {
    clearInterval(this.#keepAlive);
    const login = this.#login;
    this.#login = undefined;
    try {
      if (login === undefined) return;
      const { sessionManager } = await this.content();
      await this.#send("Logout", sessionManager, {}, {});
    } catch (error) {
      if (!isFault(error, "NotAuthenticated")) throw error;
    } finally {
      this.#cookie = "";
      this.#transport.close();
    }
  }

  async #signedIn<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.signIn();
    const generation = this.#generation;
    try {
      return await work();
    } catch (error) {
      if (!isFault(error, "NotAuthenticated")) throw error;
      // Another call may have noticed before this one.
      if (generation === this.#generation) this.#login = undefined;
      await this.signIn();
      return await work();
    }
  }

  async #signInAnew(): Promise<void> {
    const { sessionManager } = await this.content();
    const { username, password } = this.#credentials;
    this.#cookie = "";
    await this.#send("Login", sessionManager, { userName: username, password, locale: "en" }, {});
    this.#generation++;
    clearInterval(this.#keepAlive);
    this.#keepAlive = setInterval(() => {
      this.call("CurrentTime", SERVICE_INSTANCE).catch(() => {});
    }, KEEP_ALIVE_INTERVAL).unref();
  }

  async #send(
    method: string,
    self: ManagedObjectReference,
    parameters: XmlElements,
    { signal }: CallOptions,
  ): Promise<XmlNode> {
    const body = requestEnvelope(method, self, parameters);
    const send = () =>
      this.#transport.text({
        method: "POST",
        path: "/sdk",
        headers: { ...SOAP_HEADERS, ...(this.#cookie === "" ? {} : { cookie: this.#cookie }) },
        body,
        signal,
      });
    const answer = await send().catch((error: unknown) => {
      if (!isLost(error) || !REPEATABLE.test(method)) throw error;
      return send();
    });
    this.#keepCookie(answer.headers["set-cookie"]);
    const read = readEnvelope(method, answer.text);
    if (read instanceof XmlNode) return read;
    throw faultError(`${method} of ${referenceText(self)}`, read);
  }

  #keepCookie(cookies: readonly string[] | undefined): void {
    const own = cookies?.find((cookie) => cookie.startsWith("vmware_soap_session="));
    if (own !== undefined) this.#cookie = own.replace(/;.*$/s, "");
  }
}

function isLost(error: unknown): boolean {
  return error instanceof VSphereError && error.code === "CONNECTION_LOST";
}
