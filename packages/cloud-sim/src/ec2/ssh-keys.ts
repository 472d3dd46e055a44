import { createPublicKey, generateKeyPair, type KeyObject, randomBytes } from "node:crypto";
import { promisify } from "node:util";

/** A pair of keys for SSH. */
export interface SshKeyPair {
  /** As a PEM file holds it. */
  privateKey: string;
  /** A line of an `authorized_keys` file. */
  publicKey: string;
}

/** Makes a pair in the forms that EC2 hands out: PKCS #1 for RSA, OpenSSH's own for Ed25519. */
export async function makeSshKeyPair(type: "rsa" | "ed25519"): Promise<SshKeyPair> {
  if (type === "rsa") {
    const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
    const { n = "", e = "" } = privateKey.export({ format: "jwk" });
    const blob = fields(Buffer.from("ssh-rsa"), positive(e), positive(n));
    return {
      privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
      publicKey: `ssh-rsa ${blob.toString("base64")}`,
    };
  }
  const { privateKey } = await promisify(generateKeyPair)("ed25519");
  return openSshEd25519(privateKey);
}

/** Source: OpenSSH, PROTOCOL.key. */
function openSshEd25519(key: KeyObject): SshKeyPair {
  const point = Buffer.from(createPublicKey(key).export({ format: "jwk" }).x ?? "", "base64url");
  const seed = Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
  const type = Buffer.from("ssh-ed25519");
  const none = Buffer.from("none");
  const empty = Buffer.alloc(0);
  const blob = fields(type, point);
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    fields(type, point, Buffer.concat([seed, point]), empty),
  ]);
  const padding = Buffer.from(Array.from({ length: -secret.length & 7 }, (_, index) => index + 1));
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    fields(none, none, empty),
    Buffer.of(0, 0, 0, 1),
    fields(blob, Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString("base64").replace(/.{70}/g, "$&\n");
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `ssh-ed25519 ${blob.toString("base64")}`,
  };
}

/** A number as SSH writes it: with a zero in front where it would look negative. */
function positive(base64: string): Buffer {
  const bytes = Buffer.from(base64, "base64url");
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

/** Strings as SSH writes them, each with its length in front. Source: RFC 4251, section 5. */
function fields(...values: readonly Buffer[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(value.length);
      return [length, value];
    }),
  );
}
