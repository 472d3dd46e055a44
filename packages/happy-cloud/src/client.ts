import { setTimeout as sleep } from "node:timers/promises";

export interface Region {
  id: string;
  display_name: string;
}

export interface Image {
  id: string;
  name: string;
  region: string;
  source_image_id: string | null;
  labels: Record<string, string>;
}

export interface Instance {
  id: string;
  status: "starting" | "running" | "stopping" | "stopped";
}

/** A request that the cloud refused, or that got no answer (`code` is then `no_answer`). */
export class HappyCloudError extends Error {
  override readonly name = "HappyCloudError";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const CURES: Readonly<Record<string, string>> = {
  unauthorized: "; check the attribute token",
  no_answer: "; check the attribute api_url and that the cloud answers there",
};

/** Talks to happy-cloud's API. Calls reject with {@link HappyCloudError}. */
export class HappyCloudClient {
  readonly #apiUrl: string;
  readonly #token: string;

  constructor(apiUrl: string, token: string) {
    this.#apiUrl = apiUrl.replace(/\/$/, "");
    this.#token = token;
  }

  async regions(signal?: AbortSignal): Promise<Region[]> {
    return (await this.#json<{ regions: Region[] }>("GET", "/regions", { signal })).regions;
  }

  async images(filter: Record<string, string>, signal?: AbortSignal): Promise<Image[]> {
    const path = `/images?${new URLSearchParams(filter)}`;
    return (await this.#json<{ images: Image[] }>("GET", path, { signal })).images;
  }

  /** It cannot be cancelled half-way: the image could still appear after everything was cleaned up. */
  async createImage(body: {
    name: string;
    instance_id: string;
    labels: object;
    client_token: string;
  }): Promise<Image> {
    return await this.#json("POST", "/images", { body: JSON.stringify(body) });
  }

  /** An image that is gone already is no error. */
  async deleteImage(id: string): Promise<void> {
    await this.#delete(`/images/${encodeURIComponent(id)}`);
  }

  async instances(filter: Record<string, string>): Promise<Instance[]> {
    const path = `/instances?${new URLSearchParams(filter)}`;
    return (await this.#json<{ instances: Instance[] }>("GET", path)).instances;
  }

  /** It cannot be cancelled half-way: the instance could still appear after everything was cleaned up. */
  async createInstance(body: {
    region: string;
    image_id: string;
    client_token: string;
  }): Promise<Instance> {
    return await this.#json("POST", "/instances", { body: JSON.stringify(body) });
  }

  async stopInstance(id: string, signal?: AbortSignal): Promise<void> {
    await this.#json("POST", `/instances/${encodeURIComponent(id)}/stop`, { signal });
  }

  /** An instance that is gone already is no error. */
  async deleteInstance(id: string): Promise<void> {
    await this.#delete(`/instances/${encodeURIComponent(id)}`);
  }

  /** Resolves when the instance has the status; asks at growing intervals of 10 ms to 2 s. */
  async waitForInstance(
    id: string,
    status: Instance["status"],
    signal: AbortSignal,
  ): Promise<void> {
    const path = `/instances/${encodeURIComponent(id)}`;
    for (let pause = 10; ; pause = Math.min(pause * 2, 2000)) {
      if ((await this.#json<Instance>("GET", path, { signal })).status === status) return;
      await sleep(pause, undefined, { signal });
    }
  }

  async exec(
    instance: string,
    command: { command: string; stdin: string },
    signal?: AbortSignal,
  ): Promise<{ exit_status: number; stdout: string; stderr: string }> {
    const path = `/instances/${encodeURIComponent(instance)}/exec`;
    return await this.#json("POST", path, { body: JSON.stringify(command), signal });
  }

  /** `mode` is the permission bits in octal, such as `0644`. */
  async putFile(
    instance: string,
    file: { path: string; mode: string },
    content: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void> {
    const path = `/instances/${encodeURIComponent(instance)}/files?${new URLSearchParams(file)}`;
    await this.#request("PUT", path, { body: ReadableStream.from(content), signal });
  }

  async getFile(instance: string, path: string, signal?: AbortSignal): Promise<Response> {
    const query = new URLSearchParams({ path });
    return await this.#request("GET", `/instances/${encodeURIComponent(instance)}/files?${query}`, {
      signal,
    });
  }

  async #json<Answer>(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await this.#request(method, path, init);
    try {
      return (await response.json()) as Answer;
    } catch (cause) {
      throw this.#noAnswer(method, path, cause);
    }
  }

  async #delete(path: string): Promise<void> {
    try {
      await this.#request("DELETE", path);
    } catch (error) {
      if (!(error instanceof HappyCloudError && error.code.endsWith("_not_found"))) throw error;
    }
  }

  async #request(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}`, "content-type": "application/json" };
    let response: Response;
    try {
      response = await fetch(this.#apiUrl + path, { ...init, method, headers, duplex: "half" });
    } catch (cause) {
      init.signal?.throwIfAborted();
      throw this.#noAnswer(method, path, cause);
    }
    if (response.ok) return response;
    const { error } = (await response.json().catch(() => ({}))) as {
      error?: { code?: string; message?: string };
    };
    const code = error?.code ?? `http_${response.status}`;
    const request = response.headers.get("happy-request-id");
    throw new HappyCloudError(
      code,
      `${method} ${path}: ${error?.message ?? response.statusText} (${code}, request ${request})${CURES[code] ?? ""}`,
    );
  }

  #noAnswer(method: string, path: string, cause: unknown): HappyCloudError {
    const message = `${method} ${this.#apiUrl}${path}: no whole answer came${CURES["no_answer"]}`;
    return new HappyCloudError("no_answer", message, { cause });
  }
}
