import type { Migration } from "../migration.ts";

/** `COLLATE "C"` makes text sort by its bytes, alike on every machine. */
export const initial: Migration = {
  id: "0001-initial",
  statements: [
    `CREATE TABLE organizations (
      id text COLLATE "C" PRIMARY KEY,
      name text NOT NULL,
      created_at timestamptz(3) NOT NULL
    )`,
    `CREATE TABLE projects (
      id text COLLATE "C" PRIMARY KEY,
      organization_id text COLLATE "C" NOT NULL REFERENCES organizations ON DELETE CASCADE,
      name text NOT NULL,
      created_at timestamptz(3) NOT NULL,
      UNIQUE (organization_id, name)
    )`,
    `CREATE TABLE registries (
      project_id text COLLATE "C" PRIMARY KEY REFERENCES projects ON DELETE CASCADE,
      id text COLLATE "C" NOT NULL,
      feature_tier text NOT NULL,
      activated boolean NOT NULL,
      created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL
    )`,
    `CREATE TABLE principals (
      id text COLLATE "C" PRIMARY KEY,
      project_id text COLLATE "C" NOT NULL REFERENCES projects ON DELETE CASCADE,
      name text NOT NULL,
      role text NOT NULL CHECK (role IN ('viewer', 'contributor', 'admin')),
      secret_hash text NOT NULL,
      created_at timestamptz(3) NOT NULL,
      revoked_at timestamptz(3)
    )`,
    "CREATE INDEX principals_project ON principals (project_id)",
    `CREATE TABLE signing_keys (
      id text COLLATE "C" PRIMARY KEY,
      secret text NOT NULL,
      created_at timestamptz(3) NOT NULL
    )`,
    `CREATE TABLE operations (
      id text COLLATE "C" PRIMARY KEY,
      project_id text COLLATE "C" NOT NULL REFERENCES projects ON DELETE CASCADE,
      created_at timestamptz(3) NOT NULL
    )`,
    "CREATE INDEX operations_project ON operations (project_id)",
    "CREATE INDEX operations_created ON operations (created_at)",
    `CREATE TABLE buckets (
      id text COLLATE "C" PRIMARY KEY,
      project_id text COLLATE "C" NOT NULL REFERENCES registries ON DELETE CASCADE,
      name text COLLATE "C" NOT NULL,
      description text NOT NULL,
      labels jsonb NOT NULL,
      platforms text[] NOT NULL,
      last_version_number integer NOT NULL,
      created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL,
      UNIQUE (project_id, name)
    )`,
    `CREATE TABLE versions (
      id text COLLATE "C" PRIMARY KEY,
      bucket_id text COLLATE "C" NOT NULL REFERENCES buckets ON DELETE CASCADE,
      fingerprint text COLLATE "C" NOT NULL,
      number integer NOT NULL,
      template_type text NOT NULL,
      author_id text NOT NULL,
      completed_at timestamptz(3),
      revoke_at timestamptz(3),
      revocation_source_id text COLLATE "C",
      revocation_message text NOT NULL,
      revocation_author text NOT NULL,
      revocation_settled boolean NOT NULL,
      created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL,
      UNIQUE (bucket_id, fingerprint),
      CHECK ((number = 0) = (completed_at IS NULL))
    )`,
    "CREATE UNIQUE INDEX versions_number ON versions (bucket_id, number) WHERE number > 0",
    `CREATE INDEX versions_due ON versions (revoke_at)
      WHERE revoke_at IS NOT NULL AND NOT revocation_settled`,
    `CREATE TABLE revocations (
      version_id text COLLATE "C" NOT NULL REFERENCES versions ON DELETE CASCADE,
      source_version_id text COLLATE "C" NOT NULL,
      revoke_at timestamptz(3) NOT NULL,
      message text NOT NULL,
      author text NOT NULL,
      skip_descendants boolean NOT NULL,
      rollback_channels boolean NOT NULL,
      PRIMARY KEY (version_id, source_version_id)
    )`,
    "CREATE INDEX revocations_source ON revocations (source_version_id)",
    `CREATE TABLE channels (
      id text COLLATE "C" PRIMARY KEY,
      bucket_id text COLLATE "C" NOT NULL REFERENCES buckets ON DELETE CASCADE,
      name text COLLATE "C" NOT NULL,
      version_id text COLLATE "C" REFERENCES versions ON DELETE SET NULL,
      managed boolean NOT NULL,
      restricted boolean NOT NULL,
      author_id text NOT NULL,
      created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL,
      UNIQUE (bucket_id, name)
    )`,
    "CREATE INDEX channels_version ON channels (version_id)",
    `CREATE TABLE channel_assignments (
      id text COLLATE "C" PRIMARY KEY,
      sequence bigserial NOT NULL,
      channel_id text COLLATE "C" NOT NULL REFERENCES channels ON DELETE CASCADE,
      version_id text COLLATE "C" REFERENCES versions ON DELETE SET NULL,
      version_fingerprint text NOT NULL,
      version_name text NOT NULL,
      author_id text NOT NULL,
      assigned_at timestamptz(3) NOT NULL
    )`,
    "CREATE INDEX channel_assignments_channel ON channel_assignments (channel_id, sequence)",
    "CREATE INDEX channel_assignments_version ON channel_assignments (version_id)",
    `CREATE TABLE builds (
      id text COLLATE "C" PRIMARY KEY,
      version_id text COLLATE "C" NOT NULL REFERENCES versions ON DELETE CASCADE,
      project_id text COLLATE "C" NOT NULL,
      component_type text COLLATE "C" NOT NULL,
      platform text NOT NULL,
      status text NOT NULL,
      labels jsonb NOT NULL,
      metadata jsonb,
      packer_run_uuid text NOT NULL,
      source_external_identifier text COLLATE "C" NOT NULL,
      parent_version_id text COLLATE "C" REFERENCES versions ON DELETE SET NULL,
      parent_channel_id text COLLATE "C" REFERENCES channels ON DELETE SET NULL,
      heartbeat_at timestamptz(3),
      created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL,
      UNIQUE (version_id, component_type)
    )`,
    `CREATE INDEX builds_parent_version ON builds (parent_version_id)
      WHERE parent_version_id IS NOT NULL`,
    `CREATE INDEX builds_parent_channel ON builds (parent_channel_id)
      WHERE parent_channel_id IS NOT NULL`,
    `CREATE INDEX builds_source ON builds (project_id, source_external_identifier)
      WHERE source_external_identifier <> ''`,
    "CREATE INDEX builds_heartbeat ON builds (heartbeat_at) WHERE status = 'BUILD_RUNNING'",
    `CREATE TABLE artifacts (
      id text COLLATE "C" PRIMARY KEY,
      build_id text COLLATE "C" NOT NULL REFERENCES builds ON DELETE CASCADE,
      project_id text COLLATE "C" NOT NULL,
      external_identifier text COLLATE "C" NOT NULL,
      region text COLLATE "C" NOT NULL,
      created_at timestamptz(3) NOT NULL,
      UNIQUE (build_id, external_identifier, region)
    )`,
    "CREATE INDEX artifacts_external ON artifacts (project_id, external_identifier)",
    `CREATE TABLE sboms (
      id text COLLATE "C" PRIMARY KEY,
      build_id text COLLATE "C" NOT NULL REFERENCES builds ON DELETE CASCADE,
      name text COLLATE "C" NOT NULL,
      format text NOT NULL,
      compressed bytea NOT NULL,
      created_at timestamptz(3) NOT NULL,
      UNIQUE (build_id, name)
    )`,
    `CREATE TABLE enforced_blocks (
      id text COLLATE "C" PRIMARY KEY,
      project_id text COLLATE "C" NOT NULL REFERENCES registries ON DELETE CASCADE,
      name text COLLATE "C" NOT NULL,
      labels jsonb NOT NULL,
      created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL,
      UNIQUE (project_id, name)
    )`,
    `CREATE TABLE enforced_block_versions (
      id text COLLATE "C" PRIMARY KEY,
      enforced_block_id text COLLATE "C" NOT NULL REFERENCES enforced_blocks ON DELETE CASCADE,
      version text COLLATE "C" NOT NULL,
      block_content text NOT NULL,
      additional_description text NOT NULL,
      template_type text NOT NULL,
      created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL,
      UNIQUE (enforced_block_id, version)
    )`,
    `CREATE TABLE enforced_block_buckets (
      id text COLLATE "C" PRIMARY KEY,
      enforced_block_id text COLLATE "C" NOT NULL REFERENCES enforced_blocks ON DELETE CASCADE,
      enforced_block_version_id text COLLATE "C" NOT NULL
        REFERENCES enforced_block_versions ON DELETE CASCADE,
      bucket_id text COLLATE "C" NOT NULL REFERENCES buckets ON DELETE CASCADE,
      created_at timestamptz(3) NOT NULL,
      UNIQUE (enforced_block_id, bucket_id)
    )`,
    "CREATE INDEX enforced_block_buckets_version ON enforced_block_buckets (enforced_block_version_id)",
    "CREATE INDEX enforced_block_buckets_bucket ON enforced_block_buckets (bucket_id)",
  ],
};
