import { retrieveProperties } from "../vim25/property-collector.ts";
import type { ManagedObjectReference } from "../vim25/reference.ts";
import { findChild } from "../vim25/search-index.ts";
import type { VimSession } from "../vim25/session.ts";
import { type Datacenter, pathOf } from "./datacenter.ts";
import { findAt, isPath, type Named, onlyOne } from "./named.ts";

/**
 * Finds a machine or a template. A path is followed; a name alone is looked for in every folder of the datacenter,
 * each being asked for a child of that name: no machine is listed in either case.
 *
 * @throws {VSphereError} `NOT_FOUND`, `AMBIGUOUS`.
 */
export async function findVirtualMachine(
  session: VimSession,
  datacenter: Datacenter,
  name: string,
  attribute: string,
  signal?: AbortSignal,
): Promise<Named> {
  const sought = { kind: "virtual machine", attribute, name, datacenter: datacenter.path };
  const base = `${datacenter.path}/vm`;
  if (isPath(name)) {
    const found = await findAt(session, base, name, signal);
    return onlyOne(found?.reference.type === "VirtualMachine" ? [found] : [], sought);
  }
  const folders = await listFolders(session, datacenter, signal);
  const found = await Promise.all(
    folders.map(async (folder): Promise<Named[]> => {
      const reference = await findChild(session, folder.reference, name, { signal });
      if (reference?.type !== "VirtualMachine") return [];
      return [{ reference, name, path: `${folder.path}/${name}` }];
    }),
  );
  return onlyOne(found.flat(), sought);
}

/** The datacenter's folders for machines, with their paths. */
async function listFolders(
  session: VimSession,
  { path, vmFolder }: Datacenter,
  signal?: AbortSignal,
): Promise<{ reference: ManagedObjectReference; path: string }[]> {
  const spec = {
    from: [vmFolder],
    paths: { Folder: ["name", "parent"] },
    along: [{ type: "Folder", path: "childEntity" }],
  };
  const below = await retrieveProperties(session, spec, { signal });
  const known = new Map(below.map((folder) => [folder.reference.value, folder]));
  return [
    { reference: vmFolder, path: `${path}/vm` },
    ...below.map((folder) => ({
      reference: folder.reference,
      path: `${path}/vm${pathOf(folder, known)}`,
    })),
  ];
}
