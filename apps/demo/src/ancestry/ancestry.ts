import type { RegistryClient, Relation } from "@packerkit/registry";

/** A version of a bucket, or an image that the registry does not know, and what was built on it. */
export interface AncestryNode {
  /** Left out for an image that the registry does not know. */
  bucket?: string;
  version?: string;
  /** The image that it was built from; for one that the registry does not know, that image itself. */
  source: string;
  platform: string;
  /** Whether its parent is the newest that there is. */
  status: Relation["status"];
  children: AncestryNode[];
}

/** What the latest versions of buckets were built from, back to images that the registry does not know. */
export async function readAncestry(
  client: RegistryClient,
  buckets: readonly string[],
): Promise<AncestryNode[]> {
  const roots = new Map<string, AncestryNode>();
  const versions = new Map<string, AncestryNode>();
  const relations: Relation[] = [];
  for (const bucket of buckets) {
    relations.push(...(await client.parentsOf({ bucket, includeUntracked: true })));
  }
  for (const { child, platform, status, sourceExternalIdentifier: source } of relations) {
    const { bucket, versionName: version, versionId } = child;
    versions.set(versionId, { bucket, version, source, platform, status, children: [] });
  }
  for (const { child, parent, platform, sourceExternalIdentifier: source } of relations) {
    const node = versions.get(child.versionId);
    if (node === undefined) continue;
    const key = `${platform} ${source}`;
    const above = parent === undefined ? roots.get(key) : versions.get(parent.versionId);
    const root = above ?? { source, platform, status: "UNDETERMINED", children: [] };
    if (above === undefined) roots.set(key, root);
    root.children.push(node);
  }
  return [...roots.values()];
}
