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
