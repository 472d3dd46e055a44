import { generateKeyPair, type JsonWebKey, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { SshError } from "./errors.ts";

/** A pair of keys in OpenSSH's form. */
export interface SshKeyPair {
  /** The text of a private key's file, as `ssh-keygen` writes it. */
  privateKey: string;
  /** One line of an `authorized_keys` file. */
  publicKey: string;
}

/** What keys to make. */
export interface KeyPairOptions {
  /** Default: `ed25519`. */
  type?: "ed25519" | "rsa" | "ecdsa";
  /** RSA: 2048 to 16384, 3072 by default. ECDSA: 256, 384 or 521, 256 by default. Ed25519 has one size. */
  bits?: number;
  /** Stands at the end of the public key, for people; printable ASCII. */
  comment?: string;
}

/**
 * Makes a pair of keys for one build, without a passphrase. ssh2 could as well, but its version 1.17 writes one in 256
 * Ed25519 keys wrong: those whose public half starts with a zero byte.
 *
 * Source of the form: OpenSSH, PROTOCOL.key; RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4.
 *
 * @throws {SshError} `SSH_BAD_SETTING` for a size that the type does not have, or a comment that is none.
 */
export async function generateSshKeyPair(options: KeyPairOptions = {}): Promise<SshKeyPair> {
  const { comment = "" } = options;
  if (!/^[\x20-\x7e]{0,200}$/.test(comment)) {
    throw new SshError(
      "SSH_BAD_SETTING",
      `the comment ${JSON.stringify(comment.slice(0, 80))} of a key is not one line of printable ASCII`,
    );
  }
  const jwk = (await makeKey(options)).export({ format: "jwk" });
  const { type, publicParts, privateParts } = partsOf(jwk);
  const blob = strings(type, ...publicParts);
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, strings(type, ...privateParts, comment)]);
  const padding = Buffer.from(Array.from({ length: -secret.length & 7 }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    strings("none", "none", ""),
    Buffer.of(0, 0, 0, 1),
    strings(blob, Buffer.concat([secret, padding])),
  ]);
  const lines = file.toString("base64").replace(/.{70}/g, "$&\n").trimEnd();
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `${type} ${blob.toString("base64")} ${comment}`.trimEnd(),
  };
}

/** The names of the curves, by their size. */
const CURVES: Readonly<Record<number, string>> = { 256: "P-256", 384: "P-384", 521: "P-521" };

async function makeKey({ type = "ed25519", bits }: KeyPairOptions): Promise<KeyObject> {
  const generate = promisify(generateKeyPair);
  if (type === "rsa") {
    const modulusLength = bits ?? 3072;
    if (!Number.isInteger(modulusLength) || modulusLength < 2048 || modulusLength > 16_384) {
      throw badSize(type, modulusLength, "2048 to 16384");
    }
    return (await generate("rsa", { modulusLength })).privateKey;
  }
  if (type === "ecdsa") {
    const namedCurve = CURVES[bits ?? 256];
    if (namedCurve === undefined) throw badSize(type, bits, "256, 384 or 521");
    return (await generate("ec", { namedCurve })).privateKey;
  }
  if (bits !== undefined && bits !== 256) throw badSize(type, bits, "256");
  return (await generate("ed25519")).privateKey;
}

function badSize(type: string, bits: unknown, known: string): SshError {
  return new SshError(
    "SSH_BAD_SETTING",
    `there are no keys of type ${type} with ${bits} bits: use ${known}`,
  );
}

interface Parts {
  type: string;
  publicParts: (Buffer | string)[];
  privateParts: (Buffer | string)[];
}

function partsOf(jwk: JsonWebKey): Parts {
  const bytes = (name: keyof JsonWebKey) => Buffer.from(String(jwk[name]), "base64url");
  const number = (name: keyof JsonWebKey) => positive(bytes(name));
  if (jwk.kty === "RSA") {
    const [n, e, d, qi, p, q] = (["n", "e", "d", "qi", "p", "q"] as const).map(number) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    return { type: "ssh-rsa", publicParts: [e, n], privateParts: [n, e, d, qi, p, q] };
  }
  if (jwk.kty === "EC") {
    const curve = `nistp${String(jwk.crv).slice(2)}`;
    const point = Buffer.concat([Buffer.of(4), bytes("x"), bytes("y")]);
    const publicParts = [curve, point];
    return {
      type: `ecdsa-sha2-${curve}`,
      publicParts,
      privateParts: [...publicParts, number("d")],
    };
  }
  const point = bytes("x");
  return {
    type: "ssh-ed25519",
    publicParts: [point],
    privateParts: [point, Buffer.concat([bytes("d"), point])],
  };
}

/** A number as SSH writes it: no zeros in front, but for one where it would look negative. */
function positive(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(start === -1 ? bytes.length : start);
  return (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), short]) : short;
}

/** Strings as SSH writes them, each with its length in front. Source: RFC 4251, section 5. */
function strings(...values: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      const bytes = Buffer.from(value as Buffer);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
