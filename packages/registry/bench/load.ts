import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Dispatcher, Pool } from "undici";
import type { ServerProcess } from "./server.ts";

/** A signed-in client of a server, over as many connections as it has requests under way. */
export interface Client {
  /** The body of an answer. @throws {Error} for a status other than the expected one. */
  ask(method: string, path: string, body?: unknown, status?: number): Promise<Body>;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: what a server answers
type Body = any;

/** Signs in as the first principal. */
export async function signIn(
  { url, environment }: Pick<ServerProcess, "url" | "environment">,
  connections: number,
): Promise<Client> {
  const pool = new Pool(url, { connections });
  const token = await pool.request({
    method: "POST",
    path: "/oauth2/token",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: environment["HCP_CLIENT_ID"] ?? "",
      client_secret: environment["HCP_CLIENT_SECRET"] ?? "",
    }).toString(),
  });
  const { access_token: access } = (await token.body.json()) as { access_token: string };
  const { HCP_ORGANIZATION_ID: organization, HCP_PROJECT_ID: project } = environment;
  const root = `/packer/2023-01-01/organizations/${organization}/projects/${project}`;
  const headers = { authorization: `Bearer ${access}`, "content-type": "application/json" };
  return {
    ask: async (method, path, body, expected = 200) => {
      const { status, text } = await send(pool, {
        method: method as "GET",
        path: root + path,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      if (status === expected) return JSON.parse(text);
      throw new Error(`${method} ${path}: ${status} ${text}`);
    },
    close: async () => await pool.close(),
  };
}

/** A request without the streams that `pool.request` makes: the server is to be measured, not its client. */
async function send(
  pool: Pool,
  request: Dispatcher.DispatchOptions,
): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    pool.dispatch(request, {
      onRequestStart: () => {},
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        chunks.push(chunk);
      },
      onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString() }),
      onResponseError: (_controller, error) => reject(error),
    });
  });
}

/** The eight calls by which Packer core publishes a version with one build to a bucket that is there. */
export async function publish({ ask }: Client, bucket: string): Promise<void> {
  const fingerprint = randomUUID();
  const run = { packer_run_uuid: randomUUID() };
  const version = `/buckets/${bucket}/versions/${fingerprint}`;
  await ask("GET", `/buckets/${bucket}`);
  await ask("GET", version, undefined, 409);
  await ask("POST", `/buckets/${bucket}/versions`, { fingerprint, template_type: "HCL2" });
  await ask("GET", `/enforced_blocks/bucket/${bucket}`);
  await ask("GET", `${version}/builds`);
  const { build } = await ask("POST", `${version}/builds`, {
    ...run,
    component_type: "cloud.base",
    status: "BUILD_UNSET",
  });
  const path = `${version}/builds/${build.id}`;
  await ask("PATCH", path, { ...run, status: "BUILD_RUNNING" });
  await ask("PATCH", path, {
    ...run,
    status: "BUILD_DONE",
    platform: "cloud",
    labels: { os: "linux" },
    source_external_identifier: "vendor-image",
    artifacts: [1, 2, 3].map((region) => ({
      external_identifier: `${fingerprint}-${region}`,
      region: `region-${region}`,
    })),
  });
}

/** Times of single requests, in milliseconds. */
export interface Times {
  p50: number;
  p99: number;
}

export function timesOf(milliseconds: readonly number[]): Times {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Does something over and over until the time is over, with a pause between, and answers how long each took. */
export async function repeat(
  until: number,
  work: () => Promise<unknown>,
  pause = 0,
): Promise<number[]> {
  const times: number[] = [];
  while (performance.now() < until) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
    if (pause > 0) await sleep(pause);
  }
  return times;
}
