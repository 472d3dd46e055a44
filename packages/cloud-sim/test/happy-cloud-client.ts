import type { HappyCloudStandIn } from "../src/index.ts";

/** An answer of the happy-cloud API. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a body holds is what the tests look at
  body: any;
}

/** Sends one request, as any HTTP client would. */
export async function call(
  cloud: HappyCloudStandIn,
  endpoint: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const [method = "", path = ""] = endpoint.split(" ");
  const raw = typeof body === "string" || body instanceof Uint8Array;
  const response = await fetch(`${cloud.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${cloud.token}`, ...headers },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

/** Starts an instance and waits until it has a status. */
export async function startInstance(cloud: HappyCloudStandIn, imageId: string): Promise<string> {
  const region = imageId.endsWith("west") ? "sunny-west" : "sunny-east";
  const created = await call(cloud, "POST /instances", { region, image_id: imageId });
  await waitFor(cloud, created.body.id, "running");
  return created.body.id;
}

/** Asks for an instance until it has a status. */
export async function waitFor(cloud: HappyCloudStandIn, id: string, status: string): Promise<void> {
  for (;;) {
    const { body } = await call(cloud, `GET /instances/${id}`);
    if (body.status === status) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
