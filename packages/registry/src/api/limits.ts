/** What a request may hold; lengths are in UTF-16 code units. */
export const LIMITS = {
  name: 128,
  description: 4096,
  /** An index of PostgreSQL holds an identifier and its region: 2.7 KB at most. */
  externalIdentifier: 700,
  region: 128,
  componentType: 256,
  platform: 128,
  packerRunUuid: 64,
  message: 1024,
  artifacts: 1000,
  blockContent: 262_144,
  bucketNames: 500,
  pageSize: 500,
  defaultPageSize: 100,
  /** Of a request other than an SBOM's, in bytes. */
  body: 1_048_576,
  metadata: 262_144,
  /** How deep JSON may be nested. */
  depth: 32,
  /** An SBOM as it is uploaded, base64 of what is compressed, in bytes. */
  sbomBody: 16_777_216,
  /** An SBOM's JSON, in bytes. */
  sbomContent: 67_108_864,
} as const;
