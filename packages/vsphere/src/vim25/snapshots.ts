import { propertiesOf } from "./property-collector.ts";
import type { ManagedObjectReference } from "./reference.ts";
import type { VimSession } from "./session.ts";
import type { XmlNode } from "./xml.ts";

/** A snapshot of a machine. */
export interface Snapshot {
  readonly reference: ManagedObjectReference;
  readonly name: string;
}

/** All snapshots of a machine, each before those that were taken on top of it. */
export async function snapshotsOf(
  session: VimSession,
  vm: ManagedObjectReference,
): Promise<Snapshot[]> {
  const properties = await propertiesOf(session, vm, ["snapshot"]);
  return properties.get("snapshot")?.children("rootSnapshotList").flatMap(readTree) ?? [];
}

/** Source: `VirtualMachineSnapshotTree` of the vSphere Web Services API. */
function readTree(node: XmlNode): Snapshot[] {
  const reference = node.child("snapshot")?.reference;
  const own = reference === undefined ? [] : [{ reference, name: node.childText("name") ?? "" }];
  return [...own, ...node.children("childSnapshotList").flatMap(readTree)];
}
