import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ApiError } from "../frame/errors.ts";
import { signInRefused } from "./errors.ts";

/** Who may sign in. */
export interface Principal {
  tenant: string;
  clientId: string;
  clientSecret: string;
}

const LIFETIME_SECONDS = 3600;

/** The service principal of a cloud, and the access tokens that it was given. */
export class Tokens {
  readonly #principal: Principal;
  readonly #objectId = randomUUID();
  readonly #good = new Set<string>();
  readonly #expired = new Set<string>();

  constructor(principal: Principal) {
    this.#principal = principal;
  }

  /**
   * Gives out a token for the credentials of a form.
   *
   * @throws {ApiError} with the codes of Microsoft Entra ID.
   */
  signIn(tenant: string, form: URLSearchParams): { token: string; expiresIn: number } {
    const { clientId, clientSecret } = this.#principal;
    this.requireTenant(tenant);
    if (form.get("grant_type") !== "client_credentials") {
      const grant = form.get("grant_type") ?? "";
      throw signInRefused(400, 70003, `The app requested an unsupported grant type '${grant}'.`);
    }
    const asked = form.get("client_id") ?? "";
    if (asked !== clientId) {
      throw signInRefused(
        400,
        700016,
        `Application with identifier '${asked}' was not found in the directory '${tenant}'.`,
      );
    }
    if (form.get("client_secret") !== clientSecret) {
      throw signInRefused(
        401,
        7000215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
      );
    }
    const audience = (form.get("scope") ?? form.get("resource") ?? "").replace(/\/\.default$/, "");
    return { token: this.#issue(audience), expiresIn: LIFETIME_SECONDS };
  }

  requireTenant(tenant: string): void {
    if (tenant.toLowerCase() === this.#principal.tenant.toLowerCase()) return;
    throw signInRefused(400, 90002, `Tenant '${tenant}' not found.`);
  }

  /** No token that was given out so far is taken any longer. */
  expire(): void {
    for (const token of this.#good) this.#expired.add(token);
    this.#good.clear();
  }

  /** Refuses a request without a good token. */
  check({ headers }: IncomingMessage): void {
    const [scheme = "", token = ""] = (headers.authorization ?? "").split(" ");
    if (scheme.toLowerCase() === "bearer" && this.#good.has(token)) return;
    if (this.#expired.has(token)) {
      const now = new Date().toISOString();
      throw new ApiError(
        401,
        "ExpiredAuthenticationToken",
        `The access token expiry UTC time '${now}' is earlier than current UTC time '${now}'.`,
      );
    }
    throw token === ""
      ? new ApiError(
          401,
          "AuthenticationFailed",
          "Authentication failed. The 'Authorization' header is missing.",
        )
      : new ApiError(401, "InvalidAuthenticationToken", "The access token is invalid.");
  }

  /** A token that says who its bearer is: clients look into it, but only the whole is compared here. */
  #issue(audience: string): string {
    const now = Math.floor(Date.now() / 1000);
    const { tenant, clientId } = this.#principal;
    const parts = [
      { typ: "JWT", alg: "RS256" },
      {
        aud: audience,
        tid: tenant,
        oid: this.#objectId,
        appid: clientId,
        iat: now,
        nbf: now,
        exp: now + LIFETIME_SECONDS,
      },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
    const token = [...parts, randomBytes(32).toString("base64url")].join(".");
    this.#good.add(token);
    return token;
  }
}
