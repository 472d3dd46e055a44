import type { ArmConfig } from "./config.ts";
import { normalizeRegion } from "./names.ts";

/** A region that gets copies of an image version. */
export interface TargetRegion {
  name: string;
  replicas: number;
  diskEncryptionSetId?: string | undefined;
}

/**
 * The regions that get copies of the image version. The one of the build is always among them, as the gallery demands.
 *
 * Source: packer-plugin-azure 2.6, `builder/azure/arm/builder.go`.
 */
export function regionsOf(config: ArmConfig, location: string): TargetRegion[] {
  const gallery = config.shared_image_gallery_destination;
  const home = normalizeRegion(location);
  const replicas = config.shared_image_gallery_replica_count ?? 1;
  const targets = (gallery?.target_region ?? []).map((target) => ({
    name: normalizeRegion(target.name),
    replicas: target.replicas ?? 1,
    diskEncryptionSetId: target.disk_encryption_set_id,
  }));
  if (targets.length > 0) return targets;
  const names = (gallery?.replication_regions ?? []).map(normalizeRegion);
  return [...new Set([...names, home])].map((name) => ({ name, replicas }));
}
