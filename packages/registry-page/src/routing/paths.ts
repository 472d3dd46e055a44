/**
 * A name as one segment of a path. The router decodes `%25` and what no address needs encoded before it matches, so
 * that a per cent sign is encoded twice.
 */
export function encodeSegment(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll("%25", "%2525");
}

/** The name that {@link encodeSegment} was given; text typed by hand that is no encoding stands for itself. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function join(...names: string[]): string {
  return `/${names.map(encodeSegment).join("/")}`;
}

/** The addresses of the page's places, behind the `#`. */
export const paths = {
  buckets: "/",
  bucket: (bucket: string) => join("buckets", bucket),
  channels: (bucket: string) => join("buckets", bucket, "channels"),
  channel: (bucket: string, channel: string) => join("buckets", bucket, "channels", channel),
  bucketAncestry: (bucket: string) => join("buckets", bucket, "ancestry"),
  version: (bucket: string, fingerprint: string) =>
    join("buckets", bucket, "versions", fingerprint),
  ancestry: (bucket: string, fingerprint: string) =>
    join("buckets", bucket, "versions", fingerprint, "ancestry"),
  search: (identifier: string) => join("search", identifier),
} as const;
