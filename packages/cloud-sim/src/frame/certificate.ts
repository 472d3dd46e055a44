import { generate } from "selfsigned";

/** A server's own certificate, which nobody else vouches for. */
export interface Certificate {
  /** In PEM. */
  readonly cert: string;
  readonly key: string;
  /** The SHA-1 of the certificate, as `AB:CD:…`. */
  readonly thumbprint: string;
}

/** What clients make of 127.0.0.1 where a service puts an account's name before its own: they need a proxy to get there. */
const STORAGE_HOSTS = "*.blob.127.0.0.1";

let made: Promise<Certificate> | undefined;

/** A certificate for 127.0.0.1, made once for each process. */
export function ownCertificate(): Promise<Certificate> {
  made ??= generate([{ name: "commonName", value: "127.0.0.1" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 7, ip: "127.0.0.1" },
          { type: 2, value: STORAGE_HOSTS },
        ],
      },
    ],
  }).then(({ cert, private: key, fingerprint }) => ({
    cert,
    key,
    thumbprint: fingerprint.toUpperCase(),
  }));
  return made;
}
