import { joinErrors } from "./errors.ts";

/** What deletes things, and answers whether they were there. */
export interface Removable {
  /** Deletes a resource by its id, and waits until it is gone. */
  removeResource(id: string): Promise<boolean>;
  /** Deletes a blob by its URL. */
  removeBlob(url: string): Promise<boolean>;
}

/**
 * Deletes resources in their order, and blobs; whatever fails, all the others are tried too.
 *
 * @throws {AzureError} `DESTROY_FAILED`, naming everything that stays.
 */
export async function removeAll(
  client: Removable,
  { resources, blobs = [] }: { resources: readonly string[]; blobs?: readonly string[] },
): Promise<void> {
  const errors: unknown[] = [];
  for (const id of resources) {
    await client.removeResource(id).catch((error: unknown) => errors.push(error));
  }
  for (const url of blobs) {
    await client.removeBlob(url).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw joinErrors("DESTROY_FAILED", "not everything was removed", errors);
}
