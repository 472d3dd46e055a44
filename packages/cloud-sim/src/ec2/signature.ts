import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ApiError } from "../frame/errors.ts";

/** Keys that a client signs with. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Only with keys that were lent for a time. */
  sessionToken?: string;
  /** Who holds them, as `sts:GetCallerIdentity` shows it. */
  arn: string;
}

/** Who sent a request, and to where. */
export interface SignedBy {
  region: string;
  /** `ec2` or `sts`. */
  service: string;
  credentials: AwsCredentials;
}

interface Authorization {
  accessKeyId: string;
  /** `<date>/<region>/<service>/aws4_request` */
  scope: string;
  signedHeaders: string[];
  signature: string;
}

/**
 * Checks the AWS Signature Version 4 of a request.
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @throws {ApiError} `MissingAuthenticationToken`, `AuthFailure`, as EC2 answers them.
 */
export function checkSignature(
  request: IncomingMessage,
  body: Buffer,
  find: (accessKeyId: string) => AwsCredentials | undefined,
): SignedBy {
  const authorization = parseAuthorization(request.headers.authorization ?? "");
  const credentials = find(authorization.accessKeyId);
  const [date = "", region = "", service = ""] = authorization.scope.split("/");
  if (credentials === undefined || !isTokenRight(request, credentials)) throw authFailure();
  const text = [
    "AWS4-HMAC-SHA256",
    String(request.headers["x-amz-date"] ?? ""),
    authorization.scope,
    sha256(canonicalRequest(request, body, authorization.signedHeaders)),
  ].join("\n");
  const key = signingKey(credentials.secretAccessKey, [date, region, service, "aws4_request"]);
  if (!isSame(hmac(key, text).toString("hex"), authorization.signature)) throw authFailure();
  return { region, service, credentials };
}

/** The keys that requests were signed with lately; to derive one takes longer than all else about a signature. */
const signingKeys = new Map<string, Buffer>();
const MOST_SIGNING_KEYS = 100;

function signingKey(secret: string, scope: readonly string[]): Buffer {
  const name = [secret, ...scope].join("/");
  const known = signingKeys.get(name);
  if (known !== undefined) return known;
  const key = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
  if (signingKeys.size >= MOST_SIGNING_KEYS) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}

function parseAuthorization(header: string): Authorization {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/\s]+)\/([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]+)$/.exec(
      header,
    );
  if (found === null) {
    throw new ApiError(
      403,
      "MissingAuthenticationToken",
      "Request is missing Authentication Token",
    );
  }
  const [, accessKeyId = "", scope = "", headers = "", signature = ""] = found;
  return { accessKeyId, scope, signedHeaders: headers.split(";"), signature };
}

function canonicalRequest(
  request: IncomingMessage,
  body: Buffer,
  signedHeaders: readonly string[],
): string {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const headers = signedHeaders.map((name) => {
    const value = [request.headers[name] ?? ""].flat().join(",");
    return `${name}:${value.trim().replace(/ +/g, " ")}\n`;
  });
  return [
    request.method ?? "",
    path,
    query.split("&").sort().join("&"),
    headers.join(""),
    signedHeaders.join(";"),
    sha256(body),
  ].join("\n");
}

function isTokenRight(request: IncomingMessage, { sessionToken }: AwsCredentials): boolean {
  const sent = request.headers["x-amz-security-token"];
  return sessionToken === undefined ? sent === undefined : isSame(String(sent), sessionToken);
}

function authFailure(): ApiError {
  return new ApiError(
    401,
    "AuthFailure",
    "AWS was not able to validate the provided access credentials",
  );
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function isSame(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(left)), Buffer.from(sha256(right)));
}
