import type { CallOptions } from "./ec2.ts";
import type { Ec2Region } from "./ec2-region.ts";

/** Lets the accounts and groups of the template make volumes of a snapshot. */
export async function shareSnapshot(
  region: Ec2Region,
  id: string,
  sharing: { snapshot_users: readonly string[]; snapshot_groups: readonly string[] },
  options: CallOptions,
): Promise<void> {
  const permissions = [
    ...sharing.snapshot_users.map((UserId) => ({ UserId })),
    ...sharing.snapshot_groups.map((Group) => ({ Group: Group as "all" })),
  ];
  if (permissions.length === 0) return;
  const input = { SnapshotId: id, CreateVolumePermission: { Add: permissions } };
  await region.modifySnapshot(input, options);
}
