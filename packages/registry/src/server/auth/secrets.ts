import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(
  scrypt,
);

/** scrypt's cost: about 16 MB and 30 ms for one hash. */
const COST = { N: 16_384, r: 8, p: 1 };
const KEY_LENGTH = 32;

/** A secret with 256 random bits, in letters that need no quoting anywhere. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** A client id: as long as HCP's, in the same letters. */
export function newClientId(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from(randomBytes(32), (byte) => letters[byte % letters.length]).join("");
}

/** What is stored of a secret: `scrypt:<salt>:<key>`, both in base64url. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(secret, salt, KEY_LENGTH, COST);
  return `scrypt:${salt.toString("base64url")}:${key.toString("base64url")}`;
}

/** Whether `hash` was made of `secret`; takes the same time either way. */
export async function matchesHash(secret: string, hash: string): Promise<boolean> {
  const [, salt = "", key = ""] = hash.split(":");
  const expected = Buffer.from(key, "base64url");
  const actual = await derive(secret, Buffer.from(salt, "base64url"), KEY_LENGTH, COST);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** The hash of a secret that nobody has: compared with where a client id is unknown, to take the same time. */
export const NOBODYS_HASH =
  "scrypt:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
