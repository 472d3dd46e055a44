import { jwtVerify, SignJWT } from "jose";
import { unauthenticated } from "../grpc-error.ts";

const ISSUER = "packerkit-registry";

/** Signs and checks what the server hands out: access tokens, and links to download with. */
export interface TokenSigner {
  /** A token that says `subject`, of use for `audience` only, until `seconds` from now. */
  sign(audience: string, subject: string, seconds: number): Promise<string>;
  /**
   * The subject of a token.
   *
   * @throws {GrpcError} 16 where it is not ours, not for `audience`, altered or expired.
   */
  verify(audience: string, token: string): Promise<string>;
}

/** What an access token is for; Packer's and Terraform's SDK asks for no other. */
export const API_AUDIENCE = "https://api.hashicorp.cloud";

/** A signer with an HMAC of SHA-256 over `secret`, which is base64url. */
export function tokenSigner(secret: string): TokenSigner {
  const key = Buffer.from(secret, "base64url");
  return {
    sign: async (audience, subject, seconds) =>
      await new SignJWT()
        .setProtectedHeader({ alg: "HS256" })
        .setIssuer(ISSUER)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime(`${seconds} s`)
        .sign(key),
    verify: async (audience, token) => {
      try {
        const { payload } = await jwtVerify(token, key, {
          issuer: ISSUER,
          audience,
          algorithms: ["HS256"],
          requiredClaims: ["sub", "exp"],
        });
        return payload.sub ?? "";
      } catch (cause) {
        const error = unauthenticated(
          "the token is not valid, or has expired: get a new one at /oauth2/token",
        );
        error.cause = cause;
        throw error;
      }
    },
  };
}
