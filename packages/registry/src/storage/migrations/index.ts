import type { Migration } from "../migration.ts";
import { initial } from "./0001-initial.ts";
import { versionsByBucket } from "./0002-versions-by-bucket.ts";
import { distinctValues } from "./0003-distinct-values.ts";
import { bucketChildren } from "./0004-bucket-children.ts";

/** In the order in which they are run. */
export const migrations: readonly Migration[] = [
  initial,
  versionsByBucket,
  distinctValues,
  bucketChildren,
];
