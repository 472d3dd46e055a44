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
  made ??= makeCertificate();
  return made;
}

async function makeCertificate(): Promise<Certificate> {
  // Two hundred modules, which a stand-in that speaks no HTTPS does without.
  const { generate } = await import("selfsigned");
  const subject = [{ name: "commonName", value: "127.0.0.1" }];
  const {
    cert,
    private: key,
    fingerprint,
  } = await generate(subject, {
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
  });
  return { cert, key, thumbprint: fingerprint.toUpperCase() };
}
