import type { VersionPath } from "../../src/api/index.ts";
import type { FakeRegistry } from "../fake-registry/server.ts";

/** Where a version is that the seed made. @throws {Error} where it made none of that number. */
export function pathOf({ store }: FakeRegistry, bucket: string, number: number): VersionPath {
  const version = store.versions.find((one) => one.bucket === bucket && one.number === number);
  if (version === undefined) throw new Error(`the seed makes no v${number} of ${bucket}`);
  return { bucket, fingerprint: version.fingerprint };
}
