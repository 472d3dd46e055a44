import { invalidParameter } from "./errors.ts";
import type { Resources } from "./resources.ts";

/** Where a blob is. */
export interface BlobPlace {
  account: string;
  container: string;
  name: string;
}

/**
 * The place that a blob's URL means: `https://<host>/<account>/<container>/<name>`, or, as in the cloud,
 * `https://<account>.blob.<suffix>/<container>/<name>`.
 */
export function placeOf(resources: Resources, uri: string): BlobPlace {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const parts = (url?.pathname ?? "").split("/").slice(1).map(decodeURIComponent);
  const [, host] = /^([a-z0-9]+)\.blob\./.exec(url?.hostname ?? "") ?? [];
  const [account = "", container = "", ...rest] = host === undefined ? parts : [host, ...parts];
  const name = rest.join("/");
  if (name !== "" && resources.blobs.hasAccount(account)) return { account, container, name };
  throw invalidParameter("uri", `The blob '${uri}' is in no storage account of this subscription.`);
}

export function putBlobAt(resources: Resources, uri: string, content: Buffer): void {
  const { account, container, name } = placeOf(resources, uri);
  resources.blobs.put(account, container, name, content);
}
