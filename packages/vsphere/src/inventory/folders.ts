import { isFault, VSphereError } from "../errors.ts";
import type { ManagedObjectReference } from "../vim25/reference.ts";
import { findByInventoryPath, findChild } from "../vim25/search-index.ts";
import type { VimSession } from "../vim25/session.ts";
import type { Datacenter } from "./datacenter.ts";

/** The folder at a path below the datacenter's folder for machines; undefined where there is none. */
export async function findFolder(
  session: VimSession,
  datacenter: Datacenter,
  path: string,
  signal?: AbortSignal,
): Promise<ManagedObjectReference | undefined> {
  if (path === "") return datacenter.vmFolder;
  const full = `${datacenter.path}/vm/${path}`;
  const found = await findByInventoryPath(session, full, { signal });
  return found && mustBeFolder(found, full);
}

/** The folder at a path below the datacenter's folder for machines; what is missing of it is made. */
export async function makeFolders(
  session: VimSession,
  datacenter: Datacenter,
  path: string,
  signal?: AbortSignal,
): Promise<ManagedObjectReference> {
  let folder = datacenter.vmFolder;
  let full = `${datacenter.path}/vm`;
  for (const name of path.split("/").filter((part) => part !== "")) {
    full = `${full}/${name}`;
    const found = await findChild(session, folder, name, { signal });
    folder =
      found === undefined ? await createFolder(session, folder, name) : mustBeFolder(found, full);
    signal?.throwIfAborted();
  }
  return folder;
}

async function createFolder(
  session: VimSession,
  parent: ManagedObjectReference,
  name: string,
): Promise<ManagedObjectReference> {
  try {
    const answer = await session.call("CreateFolder", parent, { name });
    const folder = answer.child("returnval")?.reference;
    if (folder !== undefined) return folder;
  } catch (error) {
    // Another build was faster.
    const found = isFault(error, "DuplicateName") && (await findChild(session, parent, name));
    if (!found) throw error;
    return mustBeFolder(found, name);
  }
  throw new VSphereError("BAD_ANSWER", `CreateFolder answered no folder for "${name}"`);
}

function mustBeFolder(found: ManagedObjectReference, path: string): ManagedObjectReference {
  if (found.type === "Folder") return found;
  throw new VSphereError(
    "UNSUITABLE",
    `${path} is a ${found.type}, and not a folder: check the attribute folder`,
  );
}
