/** What a principal may do, each role what the ones before it may too. */
export const ROLES = ["viewer", "contributor", "admin"] as const;

/**
 * - `viewer` reads, but not restricted channels;
 * - `contributor` publishes, and changes buckets, versions, builds and channels;
 * - `admin` also changes the registry itself and its enforced blocks.
 */
export type Role = (typeof ROLES)[number];

/** Whether `role` includes what `needed` may do. */
export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Whether `role` may know of a channel. Source: `restricted` of `Channel`, hcp-sdk-go. */
export function maySee(role: Role, channel: { restricted: boolean }): boolean {
  return !channel.restricted || mayActAs(role, "contributor");
}
