import { createHash, createHmac } from "node:crypto";
import type { Ec2StandIn } from "../src/index.ts";

/** What to change about a call. */
export interface Ec2CallOptions {
  region?: string;
  service?: "ec2" | "sts";
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
}

/** An answer, and the texts of its elements. */
export interface Ec2Answer {
  status: number;
  xml: string;
  /** The texts of all elements of a name, in order. */
  all(name: string): string[];
  /** The text of the first. */
  one(name: string): string;
}

/** Calls an action with a signed form, by the rules of Signature Version 4 and with no SDK. */
export async function callEc2(
  cloud: Ec2StandIn,
  action: string,
  parameters: Readonly<Record<string, string | number | boolean>> = {},
  options: Ec2CallOptions = {},
): Promise<Ec2Answer> {
  const form = new URLSearchParams({ Action: action, Version: "2016-11-15" });
  for (const [name, value] of Object.entries(parameters)) form.set(name, String(value));
  const body = form.toString();
  const response = await fetch(cloud.url, {
    method: "POST",
    body,
    headers: sign(cloud, body, options),
  });
  const xml = await response.text();
  const all = (name: string) =>
    [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
  return { status: response.status, xml, all, one: (name) => all(name)[0] ?? "" };
}

function sign(cloud: Ec2StandIn, body: string, options: Ec2CallOptions): Record<string, string> {
  const { region = "us-east-1", service = "ec2", sessionToken } = options;
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const date = time.slice(0, 8);
  const headers: Record<string, string> = {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    host: new URL(cloud.url).host,
    "x-amz-date": time,
    ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
  };
  const names = Object.keys(headers).toSorted();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const request = ["POST", "/", "", lines, names.join(";"), sha256(body)].join("\n");
  const scope = `${date}/${region}/${service}/aws4_request`;
  const secret = options.secretAccessKey ?? cloud.secretAccessKey;
  const key = [date, region, service, "aws4_request"].reduce<string | Buffer>(
    (parent, part) => createHmac("sha256", parent).update(part).digest(),
    `AWS4${secret}`,
  );
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n");
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const id = options.accessKeyId ?? cloud.accessKeyId;
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
