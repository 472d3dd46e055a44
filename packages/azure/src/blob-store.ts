import { setTimeout as sleep } from "node:timers/promises";
import type { TokenCredential } from "@azure/identity";
import type { BlobClient } from "@azure/storage-blob";
import { cleanText } from "@packerkit/plugin-sdk";
import { AzureError, isNotFound } from "./errors.ts";
import { call, ifThere } from "./operation.ts";
import { RETRY } from "./sdk.ts";

/** A copy that the cloud is at. */
export interface Copy {
  /** Resolves when it is done; tells how far it is, in percent. */
  wait(signal: AbortSignal, onProgress: (percent: number) => void): Promise<void>;
  /** Ends it; one that is done already is no error. */
  abort(): Promise<void>;
}

/** Talks to Azure's blob storage, through its official SDK, which is loaded with the first call. */
export class BlobStore {
  readonly #credential: TokenCredential;

  constructor(credential: TokenCredential) {
    this.#credential = credential;
  }

  /** Whether there is a container. */
  async hasContainer(url: string, signal: AbortSignal): Promise<boolean> {
    const { ContainerClient } = await import("@azure/storage-blob");
    const client = new ContainerClient(url, this.#credential, OPTIONS);
    return await call(`looking for the container ${url}`, signal, (options) =>
      client.exists(options),
    );
  }

  /** Whether there is a blob. */
  async has(url: string, signal: AbortSignal): Promise<boolean> {
    const client = await this.#blob(url);
    return await call(`looking for the blob ${url}`, signal, (options) => client.exists(options));
  }

  /** Begins to copy what the source URL answers, which is a secret. */
  async copy(url: string, source: string): Promise<Copy> {
    const client = await this.#blob(url);
    const what = `copying to ${url}`;
    const id = await call(what, undefined, async () => {
      const poller = await client.beginCopyFromURL(source, { intervalInMs: 60_000 });
      poller.stopPolling();
      // The state has it, although its type does not tell.
      return (poller.getOperationState() as { copyId?: string }).copyId;
    });
    return {
      wait: (signal, onProgress) => waitForCopy(what, client, signal, onProgress),
      abort: async () => {
        if (id !== undefined) await endCopy(client, id);
      },
    };
  }

  /** Deletes a blob; answers whether there was one. */
  async remove(url: string): Promise<boolean> {
    const client = await this.#blob(url);
    const what = `deleting the blob ${url}`;
    return (await ifThere(call(what, undefined, () => client.delete()))) !== undefined;
  }

  async #blob(url: string): Promise<BlobClient> {
    const storage = await import("@azure/storage-blob");
    return new storage.BlobClient(url, this.#credential, OPTIONS);
  }
}

const OPTIONS = {
  retryOptions: {
    maxTries: RETRY.maxRetries + 1,
    retryDelayInMs: RETRY.retryDelayInMs,
    maxRetryDelayInMs: RETRY.maxRetryDelayInMs,
  },
};

async function endCopy(client: BlobClient, id: string): Promise<void> {
  try {
    await call(`ending the copy to ${client.url}`, undefined, () => client.abortCopyFromURL(id));
  } catch (error) {
    // Nothing is being copied any longer, or the blob is gone.
    if (!(error instanceof AzureError && (error.status === 409 || isNotFound(error)))) throw error;
  }
}

async function waitForCopy(
  what: string,
  client: BlobClient,
  signal: AbortSignal,
  onProgress: (percent: number) => void,
): Promise<void> {
  for (let pause = 10; ; pause = Math.min(pause * 2, 5000)) {
    const now = await call(what, signal, (options) => client.getProperties(options));
    const { copyProgress = "", copyStatus, copyStatusDescription = "" } = now;
    if (copyStatus === "success") return;
    if (copyStatus !== "pending") {
      throw new AzureError(
        "OPERATION_FAILED",
        `${what} failed: the copy is ${copyStatus}: ${cleanText(copyStatusDescription)}`,
        { azureCode: copyStatus, requestId: now.requestId },
      );
    }
    const [done = 0, all = 0] = copyProgress.split("/").map(Number);
    if (all > 0) onProgress(Math.floor((done / all) * 100));
    await sleep(pause, undefined, { signal });
  }
}
