import { X509Certificate } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { messageOf, RegistryError } from "../errors.ts";

/** A server's certificate and its private key, in PEM. */
export interface Certificate {
  certificate: string;
  key: string;
}

const DAY = 86_400_000;
const LIFETIME = 397 * DAY;
const RENEW_BEFORE = 30 * DAY;

/**
 * A certificate that the server signs itself: Packer's SDK takes its tokens over HTTPS only. In a folder it is kept, and
 * made anew a month before it expires; without a folder it lasts as long as the process.
 */
export async function selfSignedCertificate(
  folder: string | undefined,
  host: string,
): Promise<Certificate> {
  if (folder === undefined) return await generate(host);
  const paths = { certificate: join(folder, "certificate.pem"), key: join(folder, "key.pem") };
  const kept = await readCertificate(paths).catch(() => undefined);
  if (kept !== undefined && isGoodFor(kept.certificate, host)) return kept;
  const made = await generate(host);
  await writeFile(paths.key, made.key, { mode: 0o600 });
  await chmod(paths.key, 0o600);
  await writeFile(paths.certificate, made.certificate, { mode: 0o644 });
  return made;
}

/** @throws {RegistryError} `BAD_OPTION` for files that cannot be read or hold no certificate. */
export async function readCertificate(paths: Certificate): Promise<Certificate> {
  try {
    const [certificate, key] = await Promise.all([
      readFile(paths.certificate, "utf8"),
      readFile(paths.key, "utf8"),
    ]);
    new X509Certificate(certificate);
    return { certificate, key };
  } catch (cause) {
    throw new RegistryError(
      "BAD_OPTION",
      `cannot read the certificate ${paths.certificate} with its key ${paths.key}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

function isGoodFor(pem: string, host: string): boolean {
  const certificate = new X509Certificate(pem);
  const lasts = new Date(certificate.validTo).getTime() - Date.now() > RENEW_BEFORE;
  return lasts && (certificate.checkIP(host) ?? certificate.checkHost(host)) !== undefined;
}

async function generate(host: string): Promise<Certificate> {
  const { generate: sign } = await import("selfsigned");
  const names = new Set(["localhost", hostname(), host]);
  const pems = await sign([{ name: "commonName", value: "packerkit-registry" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - DAY),
    notAfterDate: new Date(Date.now() + LIFETIME),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...[...names]
            .filter((name) => !isAddress(name))
            .map((value) => ({ type: 2 as const, value })),
          ...["127.0.0.1", "::1", host].filter(isAddress).map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { certificate: pems.cert, key: pems.private };
}

function isAddress(name: string): boolean {
  return /^[\d.]+$|:/.test(name);
}
