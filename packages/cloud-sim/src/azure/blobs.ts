import { randomBytes } from "node:crypto";
import type { BlobCopy } from "./blob-copies.ts";

/** The storage accounts that exist, with their containers and blobs. */
export class Blobs {
  readonly #accounts = new Map<string, Map<string, Map<string, Buffer>>>();
  /** What was copied by the storage itself, by `account/container/name`. */
  readonly copies = new Map<string, BlobCopy>();
  readonly #keys = new Map<string, [string, string]>();

  addAccount(account: string): void {
    this.#accounts.set(account, new Map());
    this.#keys.set(account, [newKey(), newKey()]);
  }

  /** The two keys of an account. */
  keys(account: string): readonly string[] {
    return this.#keys.get(account) ?? [];
  }

  removeAccount(account: string): void {
    this.#accounts.delete(account);
  }

  hasAccount(account: string): boolean {
    return this.#accounts.has(account);
  }

  /** Adds a container; answers whether it is new. */
  addContainer(account: string, container: string): boolean {
    const containers = this.#accounts.get(account);
    if (containers === undefined || containers.has(container)) return false;
    containers.set(container, new Map());
    return true;
  }

  hasContainer(account: string, container: string): boolean {
    return this.#accounts.get(account)?.has(container) ?? false;
  }

  get(account: string, container: string, name: string): Buffer | undefined {
    return this.#accounts.get(account)?.get(container)?.get(name);
  }

  /** Puts a blob into a container, which is made where it is missing. */
  put(account: string, container: string, name: string, content: Buffer): void {
    this.addContainer(account, container);
    this.#accounts.get(account)?.get(container)?.set(name, content);
  }

  /** Answers whether there was such a blob. */
  delete(account: string, container: string, name: string): boolean {
    this.copies.delete([account, container, name].join("/"));
    return this.#accounts.get(account)?.get(container)?.delete(name) ?? false;
  }

  /** All blobs of one container, or of all, as `account/container/name`. */
  list(): string[] {
    return [...this.#accounts].flatMap(([account, containers]) =>
      [...containers].flatMap(([container, blobs]) =>
        [...blobs.keys()].map((name) => `${account}/${container}/${name}`),
      ),
    );
  }
}

function newKey(): string {
  return randomBytes(64).toString("base64");
}
