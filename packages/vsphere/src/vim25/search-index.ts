import { type ManagedObjectReference, referenceXml } from "./reference.ts";
import type { CallOptions, VimSession } from "./session.ts";

/**
 * The object at a path such as `/DC0/vm/web/web-1`; undefined where there is none. The vCenter walks the path itself,
 * so that the size of the inventory does not matter.
 */
export async function findByInventoryPath(
  session: VimSession,
  path: string,
  options: CallOptions = {},
): Promise<ManagedObjectReference | undefined> {
  const { searchIndex } = await session.content();
  const parameters = { inventoryPath: path };
  const answer = await session.call("FindByInventoryPath", searchIndex, parameters, options);
  return answer.child("returnval")?.reference;
}

/** The object of that name directly in a folder, a resource pool or the like; undefined where there is none. */
export async function findChild(
  session: VimSession,
  entity: ManagedObjectReference,
  name: string,
  options: CallOptions = {},
): Promise<ManagedObjectReference | undefined> {
  const { searchIndex } = await session.content();
  const parameters = { entity: referenceXml(entity), name };
  const answer = await session.call("FindChild", searchIndex, parameters, options);
  return answer.child("returnval")?.reference;
}

/** The machine with that instance UUID; undefined where there is none. */
export async function findByInstanceUuid(
  session: VimSession,
  uuid: string,
): Promise<ManagedObjectReference | undefined> {
  const { searchIndex } = await session.content();
  const parameters = { uuid, vmSearch: true, instanceUuid: true };
  const answer = await session.call("FindByUuid", searchIndex, parameters);
  return answer.child("returnval")?.reference;
}
