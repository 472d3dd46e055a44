import { VSphereError } from "../errors.ts";
import { faultError, readLocalizedFault } from "./faults.ts";
import { type ManagedObjectReference, referenceText, referenceXml } from "./reference.ts";
import type { VimSession } from "./session.ts";

/** A file that an OVF descriptor names. */
export interface OvfFile {
  /** The key of the device, as the lease told it. */
  readonly deviceId: string;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** Has the vCenter write the OVF descriptor of a machine whose files were exported. @throws {VSphereError} `FAULT` */
export async function createDescriptor(
  session: VimSession,
  vm: ManagedObjectReference,
  asked: { name: string; files: readonly OvfFile[]; options: readonly string[] },
): Promise<string> {
  const { ovfManager } = await session.content();
  const answer = await session.call("CreateDescriptor", ovfManager, {
    obj: referenceXml(vm),
    cdp: {
      ovfFiles: asked.files.map(({ deviceId, path, size }) => ({ deviceId, path, size })),
      name: asked.name,
      exportOption: asked.options,
    },
  });
  const result = answer.child("returnval");
  const [error] = result?.children("error") ?? [];
  if (error !== undefined) {
    throw faultError(`the OVF descriptor of ${referenceText(vm)}`, readLocalizedFault(error));
  }
  const text = result?.childText("ovfDescriptor");
  if (text) return text;
  throw new VSphereError("BAD_ANSWER", "CreateDescriptor answered no descriptor");
}
