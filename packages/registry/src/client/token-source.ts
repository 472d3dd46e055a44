import { z } from "zod";
import { RegistryClientError } from "./errors.ts";
import type { Transport } from "./transport.ts";

const answerSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().default(3600),
});

/** A token is replaced this long before it expires, in milliseconds. */
const MARGIN = 60_000;

/** Gets access tokens for client credentials, and keeps each while it is good. */
export class TokenSource {
  readonly #transport: Transport;
  readonly #url: string;
  readonly #clientId: string;
  readonly #clientSecret: string;
  #token: Promise<{ value: string; until: number }> | undefined;
  /** A token that the API no longer takes. */
  #refused: string | undefined;

  constructor(transport: Transport, authUrl: string, clientId: string, clientSecret: string) {
    this.#transport = transport;
    this.#url = new URL("/oauth2/token", authUrl).href;
    this.#clientId = clientId;
    this.#clientSecret = clientSecret;
  }

  /**
   * A token that is good for a while; those who ask at once share it.
   *
   * @throws {RegistryClientError} `UNAUTHENTICATED`, `UNREACHABLE`, `BAD_ANSWER`.
   */
  async get(): Promise<string> {
    this.#token ??= this.#fetch().catch((error) => {
      this.#token = undefined;
      throw error;
    });
    const token = this.#token;
    const { value, until } = await token;
    if (this.#token === token) {
      if (Date.now() < until && value !== this.#refused) return value;
      this.#token = undefined;
      this.#refused = undefined;
    }
    return await this.get();
  }

  /** Gets a new one next time, unless that has happened since this one was given. */
  forget(value: string): void {
    this.#refused = value;
  }

  async #fetch(): Promise<{ value: string; until: number }> {
    const asked = Date.now();
    const { status, body } = await this.#transport.send({
      method: "POST",
      url: this.#url,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: this.#clientId,
        client_secret: this.#clientSecret,
        audience: "https://api.hashicorp.cloud",
      }).toString(),
    });
    const answer = answerSchema.safeParse(body);
    if (status === 200 && answer.success) {
      const { access_token: value, expires_in: seconds } = answer.data;
      return { value, until: asked + Math.max(1_000, seconds * 1000 - MARGIN) };
    }
    if (status === 400 || status === 401 || status === 403) {
      throw new RegistryClientError(
        "UNAUTHENTICATED",
        `${new URL(this.#url).origin} refuses the client id ${this.#clientId}: check HCP_CLIENT_ID and HCP_CLIENT_SECRET`,
      );
    }
    throw new RegistryClientError(
      "BAD_ANSWER",
      `${this.#url} answered ${status} without a token: check HCP_AUTH_URL`,
    );
  }
}
