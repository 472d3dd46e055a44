import { createHash, timingSafeEqual } from "node:crypto";
import { SshError } from "./errors.ts";

/** Accepts the first host key that it is shown, or only a given one; and no other from then on. */
export class HostKeyMemory {
  #known: string | undefined;
  #refused: string | undefined;

  /** @param known The one key to accept, as `SHA256:…` in base64. */
  constructor(known?: string) {
    this.#known = known;
  }

  /** Whether a key, in the form of SSH's wire, is the known one. */
  accept(key: Buffer): boolean {
    const shown = fingerprint(key);
    this.#known ??= shown;
    const isKnown = isSame(shown, this.#known);
    if (!isKnown) this.#refused = shown;
    return isKnown;
  }

  /** The error for a key that was refused, if one was. */
  refusal(address: string): SshError | undefined {
    if (this.#refused === undefined) return undefined;
    return new SshError(
      "SSH_HOST_KEY_CHANGED",
      `${address} shows the host key ${this.#refused}, and not ${this.#known}: another machine answers there`,
    );
  }
}

/** As `ssh-keygen -l` shows it. */
function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
