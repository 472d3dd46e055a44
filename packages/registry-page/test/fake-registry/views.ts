import type {
  AncestryStatus,
  Assignment,
  Bucket,
  Build,
  Channel,
  Parent,
  Relation,
  Relative,
  Version,
} from "../../src/api/index.ts";
import {
  type BucketRow,
  type BuildRow,
  type ChannelRow,
  isUsable,
  nameOf,
  pointsAt,
  type Store,
  statusOf,
  type VersionRow,
} from "./model.ts";
import { parentId } from "./rules.ts";

/** Rows as the API sends them. */
export class Views {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  bucket(row: BucketRow): Bucket {
    const versions = this.#store.versions.filter((version) => version.bucket === row.name);
    const latest = versions.filter(isUsable).sort((one, other) => other.number - one.number)[0];
    const shown = latest && this.version(latest, false);
    return {
      id: row.id,
      name: row.name,
      description: row.description,
      labels: row.labels,
      platforms: [...new Set(latest?.builds.map((build) => build.platform))],
      version_count: String(versions.length),
      ...(shown === undefined ? {} : { latest_version: shown }),
      ...(shown?.parents === undefined ? {} : { parents: shown.parents }),
      created_at: row.createdAt,
      updated_at: versions.at(-1)?.createdAt ?? row.createdAt,
    };
  }

  version(row: VersionRow, withMetadata: boolean): Version {
    const status = this.#worst(row);
    return {
      id: row.id,
      name: nameOf(row),
      fingerprint: row.fingerprint,
      bucket_name: row.bucket,
      author_id: "ci-publisher",
      status: statusOf(row),
      template_type: "HCL2",
      has_descendants: this.#store.versions.some((one) =>
        one.builds.some((build) => parentId(build) === row.id),
      ),
      ...(status === undefined ? {} : { parents: { status } }),
      builds: row.builds.map((build) => presentBuild(row, build, withMetadata)),
      ...this.#revocation(row),
      created_at: row.createdAt,
      updated_at: row.createdAt,
    };
  }

  channel(row: ChannelRow): Channel {
    const version = this.#byId(pointsAt(row));
    return {
      id: row.id,
      name: row.name,
      bucket_name: row.bucket,
      author_id: row.history[0]?.author ?? "ada",
      managed: row.managed,
      restricted: row.restricted,
      ...(version === undefined ? {} : { version: this.version(version, false) }),
      created_at: row.createdAt,
      updated_at: row.history[0]?.at ?? row.createdAt,
    };
  }

  assignment({ versionId, author, at }: ChannelRow["history"][number]): Assignment {
    const version = this.#byId(versionId);
    return {
      ...(version === undefined ? {} : { version: this.version(version, false) }),
      author_id: author,
      assigned_at: at,
    };
  }

  relation(child: VersionRow, build: BuildRow): Relation {
    const parent = this.#byId(build.parent?.versionId);
    return {
      child: relative(child),
      ...(parent === undefined ? {} : { parent: this.#parent(parent, build) }),
      status: this.#ancestryStatus(build),
      platform: build.platform,
      source_external_identifier: build.source,
    };
  }

  #parent(parent: VersionRow, build: BuildRow): Parent {
    const channel = this.#channelOf(build);
    const current = this.#byId(channel && pointsAt(channel));
    return {
      ...relative(parent),
      ...(channel === undefined ? {} : { channel_name: channel.name }),
      ...(current === undefined
        ? {}
        : {
            channel_version: {
              id: current.id,
              name: nameOf(current),
              fingerprint: current.fingerprint,
            },
          }),
    };
  }

  #ancestryStatus(build: BuildRow): AncestryStatus {
    const channel = this.#channelOf(build);
    if (channel === undefined) return "UNDETERMINED";
    return pointsAt(channel) === build.parent?.versionId ? "UP_TO_DATE" : "OUT_OF_DATE";
  }

  #worst(row: VersionRow): AncestryStatus | undefined {
    const tracked = row.builds.filter((build) => build.parent !== undefined);
    const statuses = tracked.map((build) => this.#ancestryStatus(build));
    return (["OUT_OF_DATE", "UNDETERMINED", "UP_TO_DATE"] as const).find((status) =>
      statuses.includes(status),
    );
  }

  #revocation({ id, revocation }: VersionRow): Partial<Version> {
    if (revocation === undefined) return { revocation_type: "REVOCATION_TYPE_UNSET" };
    const source = this.#byId(revocation.by);
    return {
      revoke_at: revocation.at,
      revocation_author: revocation.author,
      revocation_message: revocation.message,
      revocation_type: revocation.by === id ? "MANUAL" : "INHERITED",
      ...(revocation.by === id || source === undefined
        ? {}
        : {
            revocation_inherited_from: {
              version_id: source.id,
              version_name: nameOf(source),
              version_fingerprint: source.fingerprint,
              bucket_name: source.bucket,
            },
          }),
    };
  }

  #byId(id: string | undefined): VersionRow | undefined {
    return this.#store.versions.find((version) => version.id === id);
  }

  #channelOf(build: BuildRow): ChannelRow | undefined {
    return this.#store.channels.find(({ id }) => id === build.parent?.channelId);
  }
}

/** A version as relations and previews name it. */
export function relative(version: VersionRow): Relative {
  return {
    bucket_name: version.bucket,
    version_id: version.id,
    version_name: nameOf(version),
    version_fingerprint: version.fingerprint,
    version_status: statusOf(version),
  };
}

/** A build as it is sent. */
export function presentBuild(version: VersionRow, row: BuildRow, withMetadata: boolean): Build {
  return {
    id: row.id,
    version_id: version.id,
    component_type: row.componentType,
    platform: row.platform,
    status: row.status,
    packer_run_uuid: `0b6ff4c1-0000-4000-8000-${row.id.slice(-12).toLowerCase()}`,
    source_external_identifier: row.source,
    labels: row.labels,
    artifacts: row.artifacts.map(({ id, region }, index) => ({
      id: `${row.id}-${index}`,
      external_identifier: id,
      region,
      created_at: version.createdAt,
    })),
    ...(withMetadata ? { metadata: METADATA } : {}),
    created_at: version.createdAt,
    updated_at: version.createdAt,
  };
}

const METADATA = {
  packer: {
    version: "1.16.0",
    options: { path: "images/linux/template.pkr.hcl", only: [], "var-files": ["prod.pkrvars.hcl"] },
    os: { type: "linux", details: { arch: "amd64" } },
    plugins: [{ name: "packerkit/docker", version: "0.1.0" }],
  },
  vcs: {
    type: "git",
    details: {
      ref: "main",
      commit: "9f2c1d7e5b8a4c3f6e0d9b8a7c6f5e4d3c2b1a09",
      author: "Grace Hopper <grace@example.com>",
      has_uncommitted_changes: false,
    },
  },
};
