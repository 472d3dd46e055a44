import type { BuildStatus } from "../../src/api/index.ts";
import type { BuildRow, ChannelRow, Store, VersionRow } from "./model.ts";
import { revoke } from "./rules.ts";

const DAY = 86_400_000;

/** What a vendor publishes, and the registry knows nothing of. */
export const VENDOR_IMAGE = "ami-0c7217cdde317cfec";

interface Published {
  daysAgo: number;
  source: string;
  platform?: string;
  /** Of the images; their ids are made of the bucket, the number and the region. */
  regions?: string[];
  parent?: { version: VersionRow; channel?: ChannelRow };
  status?: BuildStatus;
}

/**
 * A project to look at: a base image on a vendor's image, with four versions of which the second is revoked; servers
 * built on it, up to date and not; a payment service three generations down; a build that runs and one that failed; a
 * bucket without versions; and labels that would like to be markup.
 */
export function seed(store: Store, { fillers = 0 } = {}): void {
  const make = new Seeder(store);
  make.bucket(
    "ubuntu-base",
    "Ubuntu 24.04 LTS, hardened, with the agents that every server needs.",
    {
      team: "platform",
      os: "ubuntu-24.04",
      compliance: "cis-level-1",
    },
  );
  const production = make.channel("ubuntu-base", "production");
  const staging = make.channel("ubuntu-base", "staging");
  make.channel("ubuntu-base", "canary", { restricted: true });
  const base = [400, 220, 90, 12].map((daysAgo) =>
    make.version("ubuntu-base", [
      { daysAgo, source: VENDOR_IMAGE, regions: ["us-east-1", "eu-central-1", "ap-southeast-2"] },
      {
        daysAgo,
        source: "ubuntu-2404-noble-amd64-v20250901",
        platform: "gce",
        regions: ["global"],
      },
    ]),
  ) as [VersionRow, VersionRow, VersionRow, VersionRow];
  const [base1, base2, base3, base4] = base;
  for (const version of base) make.assign(production, version, version === base4 ? 6 : undefined);
  for (const version of [base1, base3, base4]) make.assign(staging, version);

  make.bucket("web-server", "nginx and the certificates' renewal.", { team: "web" });
  const webProduction = make.channel("web-server", "production");
  const onBase = (daysAgo: number, version: VersionRow, channel?: ChannelRow): Published => ({
    daysAgo,
    source: version.builds[0]?.artifacts[0]?.id ?? "",
    parent: { version, ...(channel === undefined ? {} : { channel }) },
  });
  make.version("web-server", [onBase(200, base2, production)]);
  const web2 = make.version("web-server", [onBase(60, base3, production)]);
  const web3 = make.version("web-server", [onBase(5, base4, production)]);
  make.assign(webProduction, web2);

  make.bucket("api-server", "The API's runtime.", { team: "api", tier: "backend" });
  const api1 = make.version("api-server", [onBase(80, base3, production)]);

  make.bucket("payments", "Card payments; in scope of PCI DSS.", { team: "payments", pci: "true" });
  make.version("payments", [
    onBase(70, api1, make.latest("api-server")),
    { daysAgo: 70, source: "cos-stable-117-18613", platform: "gce", regions: ["europe-west3"] },
  ]);

  make.bucket("shop-frontend", "", {});
  make.version("shop-frontend", [onBase(4, web3)]);

  make.bucket("build-tools", "Containers for the pipelines.", {
    note: '<img src=x onerror="document.title=1">',
    "<b>bold</b>": "javascript:alert(1)",
  });
  const docker = { source: "docker.io/library/debian@sha256:4bc1f6d1", platform: "docker" };
  make.version("build-tools", [
    { daysAgo: 30, regions: ["registry.example.com/tools"], ...docker },
  ]);
  make.version("build-tools", [{ daysAgo: 1, status: "BUILD_FAILED", ...docker }]);
  make.version("build-tools", [{ daysAgo: 0.002, status: "BUILD_RUNNING", ...docker }]);

  make.bucket("new-service", "", {});
  for (let number = 1; number <= fillers; number++) {
    make.bucket(`service-${String(number).padStart(3, "0")}`, `Service number ${number}`, {});
  }
  revoke(store, base2, {
    at: new Date(Date.now() - 85 * DAY).toISOString(),
    message: "CVE-2024-3094: a backdoor in xz. Rebuild on v3 or later.",
    descendants: true,
    rollBack: true,
  });
}

class Seeder {
  readonly #store: Store;
  #count = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  bucket(name: string, description: string, labels: Record<string, string>): void {
    const createdAt = ago(500);
    this.#store.buckets.push({ id: this.#id(), name, description, labels, createdAt });
    this.channel(name, "latest", { managed: true });
  }

  channel(bucket: string, name: string, { managed = false, restricted = false } = {}): ChannelRow {
    const createdAt = ago(500);
    const channel = { id: this.#id(), bucket, name, managed, restricted, createdAt, history: [] };
    this.#store.channels.push(channel);
    return channel;
  }

  latest(bucket: string): ChannelRow {
    const isLatest = (channel: ChannelRow) => channel.bucket === bucket && channel.managed;
    return this.#store.channels.find(isLatest) as ChannelRow;
  }

  version(bucket: string, published: Published[]): VersionRow {
    const siblings = this.#store.versions.filter((version) => version.bucket === bucket);
    const isDone = published.every(({ status = "BUILD_DONE" }) => status === "BUILD_DONE");
    const number = isDone ? siblings.length + 1 : 0;
    const version: VersionRow = {
      id: this.#id(),
      bucket,
      fingerprint: this.#id(),
      number,
      builds: published.map((build) => this.#build(`${bucket}-v${number}`, build)),
      createdAt: ago(published[0]?.daysAgo ?? 0),
    };
    this.#store.versions.push(version);
    if (isDone) this.assign(this.latest(bucket), version);
    return version;
  }

  assign(channel: ChannelRow, version: VersionRow, daysAgo?: number): void {
    const at = daysAgo === undefined ? version.createdAt : ago(daysAgo);
    const author = channel.managed ? "registry" : "ada";
    channel.history.unshift({ versionId: version.id, author, at });
  }

  #build(image: string, published: Published): BuildRow {
    const {
      source,
      platform = "aws",
      regions = ["us-east-1"],
      parent,
      status = "BUILD_DONE",
    } = published;
    const isDone = status === "BUILD_DONE";
    return {
      id: this.#id(),
      componentType: COMPONENTS[platform] ?? platform,
      platform,
      status,
      labels: isDone ? { "packer-version": "1.16.0", architecture: "x86_64" } : {},
      source,
      ...(parent === undefined
        ? {}
        : {
            parent: {
              versionId: parent.version.id,
              ...(parent.channel === undefined ? {} : { channelId: parent.channel.id }),
            },
          }),
      artifacts: isDone ? regions.map((region) => ({ id: imageId(image, region), region })) : [],
      sboms: isDone ? ["packages"] : [],
    };
  }

  /** As long as a ULID, in the order of creation. */
  #id(): string {
    this.#count++;
    return `01J8ZK3V9Q${String(this.#count).padStart(16, "0")}`;
  }
}

const COMPONENTS: Record<string, string> = {
  aws: "amazon-ebs.server",
  gce: "googlecompute.server",
  docker: "docker.tools",
};

function imageId(image: string, region: string): string {
  return region.includes("/") ? `${region}@sha256:${image}` : `ami-${image}-${region}`;
}

function ago(days: number): string {
  return new Date(Date.now() - days * DAY).toISOString();
}
