import type { Parameters } from "./parameters.ts";

/** Adds to and takes from permissions, whose keys are such as `userId:123456789012`. */
export function changePermissions(permissions: Set<string>, input: Parameters): void {
  for (const added of input.structures("Add")) {
    for (const permission of readPermission(added)) permissions.add(permission);
  }
  for (const removed of input.structures("Remove")) {
    for (const permission of readPermission(removed)) permissions.delete(permission);
  }
}

function readPermission(input: Parameters): string[] {
  const kinds = {
    UserId: "userId",
    Group: "group",
    OrganizationArn: "organizationArn",
    OrganizationalUnitArn: "organizationalUnitArn",
  };
  return Object.entries(kinds).flatMap(([name, kind]) => {
    const value = input.text(name);
    return value === undefined ? [] : [`${kind}:${value}`];
  });
}
