import type { IncomingMessage } from "node:http";
import { VSphereError } from "../errors.ts";
import { faultError, readLocalizedFault } from "./faults.ts";
import { propertiesOf } from "./property-collector.ts";
import { waitForProperties } from "./property-updates.ts";
import { type ManagedObjectReference, referenceText } from "./reference.ts";
import type { VimSession } from "./session.ts";

/** A file that a lease gives out. */
export interface LeaseFile {
  /** The device that it belongs to, by vSphere's own key. */
  readonly key: string;
  readonly url: string;
  /** The server's own name of the file, with no folders. */
  readonly name: string;
  /** The SHA-1 of the certificate that the host shows. */
  readonly thumbprint: string;
  /** In bytes; 0 where the server does not know it. */
  readonly size: number;
}

/** A lease on the files of a machine, from `ExportVm` to its completion. Source: govmomi `nfc/lease.go`. */
export class NfcLease {
  readonly #session: VimSession;
  readonly #reference: ManagedObjectReference;

  private constructor(session: VimSession, reference: ManagedObjectReference) {
    this.#session = session;
    this.#reference = reference;
  }

  /** Asks for the files of a machine. */
  static async ofExport(session: VimSession, vm: ManagedObjectReference): Promise<NfcLease> {
    const answer = await session.call("ExportVm", vm);
    const reference = answer.child("returnval")?.reference;
    if (reference !== undefined) return new NfcLease(session, reference);
    throw new VSphereError("BAD_ANSWER", "ExportVm answered no lease");
  }

  /** Waits until the files can be read. @throws {VSphereError} `FAULT` where the lease fails. */
  async files(signal: AbortSignal): Promise<LeaseFile[]> {
    const watched = { object: this.#reference, paths: ["state", "error"], signal };
    await waitForProperties(this.#session, watched, (values) => {
      const error = values.get("error");
      if (values.get("state")?.text === "error" && error !== undefined) {
        throw faultError(
          `the export by ${referenceText(this.#reference)}`,
          readLocalizedFault(error),
        );
      }
      return values.get("state")?.text === "ready" ? true : undefined;
    });
    const properties = await propertiesOf(this.#session, this.#reference, ["info"], { signal });
    return (properties.get("info")?.children("deviceUrl") ?? []).map((device) => {
      const url = device.childText("url") ?? "";
      const name = (device.childText("targetId") || url).replace(/^.*[/\\]/s, "");
      return {
        key: device.childText("key") ?? "",
        url,
        name,
        thumbprint: device.childText("sslThumbprint") ?? "",
        size: Number(device.childText("fileSize") ?? 0),
      };
    });
  }

  /** Opens a file; the caller reads it, or destroys it. */
  async open({ url, thumbprint }: LeaseFile, signal: AbortSignal): Promise<IncomingMessage> {
    const { host, pathname, search } = new URL(url.replace("://*", `://${this.#server}`));
    const isElsewhere = host !== this.#server;
    const response = await this.#session.transport.stream({
      method: "GET",
      path: pathname + search,
      signal,
      ...(isElsewhere ? { server: host, thumbprint } : {}),
    });
    if (response.statusCode === 200) return response;
    response.destroy();
    throw new VSphereError(
      "FAULT",
      `GET https://${host}${pathname}: HTTP ${response.statusCode} ${response.statusMessage ?? ""}`,
      { fault: `HTTP ${response.statusCode}` },
    );
  }

  /** Says how far the transfer is, which keeps the lease alive. */
  async progress(percent: number): Promise<void> {
    await this.#session.call("HttpNfcLeaseProgress", this.#reference, { percent });
  }

  async complete(): Promise<void> {
    await this.#session.call("HttpNfcLeaseComplete", this.#reference);
  }

  async abort(): Promise<void> {
    await this.#session.call("HttpNfcLeaseAbort", this.#reference);
  }

  get #server(): string {
    return this.#session.credentials.server;
  }
}
