import { zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STORE_KINDS, TestStores } from "../fixtures/registry/stores.ts";
import { type GoAnswer, HcpClient, hcpOperations } from "../src/hcp-client.ts";
import type { Json } from "../src/registry-api.ts";
import { type RegistryServer, startRegistryServer } from "../src/registry-server.ts";

/** What our answers have beyond HCP's; see docs/registry.md. */
const OUR_FIELDS: Record<string, string[]> = {
  ListBucketAncestry: [
    "relations[].child.version_status",
    "relations[].parent.version_status",
    "relations[].platform",
    "relations[].source_external_identifier",
  ],
  ListChannelAssignmentHistory: ["history[].version_fingerprint", "history[].version_name"],
  ListEnforcedBlocks: ["pagination"],
};

const UNIMPLEMENTED = 12;
const SBOM = '{"bomFormat":"CycloneDX","specVersion":"1.6"}';

const stores = new TestStores();
afterAll(() => stores.remove());

describe.each(STORE_KINDS)("HCP's Go client on a registry with %s", (kind) => {
  let server: RegistryServer;
  let client: HcpClient;

  beforeAll(async () => {
    server = await startRegistryServer(await stores.create(kind));
    client = await HcpClient.open(server.environment);
  });
  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  /** The payload of an operation that works; nothing in the answer may be unknown to the client, or refused by it. */
  async function ok(operation: string, params: object = {}): Promise<Json> {
    const answer = await client.packer(operation, params);
    const unknown = OUR_FIELDS[operation] ?? [];
    expect(answer, operation).toEqual({ payload: answer.payload, unknown });
    return answer.payload;
  }

  /** The gRPC code of a refusal, in the form that the client decodes. */
  function codeOf(answer: GoAnswer): number {
    expect(answer).toMatchObject({ error: expect.any(String), unknown: [] });
    expect(answer.invalid).toBeUndefined();
    return answer.payload.code;
  }

  const BUCKET = { BucketName: "web" };
  const VERSION = { ...BUCKET, Fingerprint: "one" };
  let build: { BuildID: string };
  let block: { EnforcedBlockID: string };
  let blockVersion: { EnforcedBlockVersionID: string };

  it("looks up the organization and the project", async () => {
    const { HCP_ORGANIZATION_ID: id, HCP_PROJECT_ID: projectId } = server.environment;
    const listed = await client.call("OrganizationServiceList");
    expect(listed).toMatchObject({ unknown: [], payload: { organizations: [{ id }] } });
    const scope = { ScopeID: id, ScopeType: "ORGANIZATION" };
    const projects = await client.call("ProjectServiceList", scope);
    expect(projects).toMatchObject({ unknown: [], payload: { projects: [{ id: projectId }] } });
    const one = await client.call("ProjectServiceGet", { ID: projectId });
    expect(one).toMatchObject({ unknown: [], payload: { project: { id: projectId } } });
    const organization = await client.call("OrganizationServiceGet", { ID: id });
    expect(organization).toMatchObject({ unknown: [], payload: { organization: { id } } });
    for (const answer of [listed, projects, one, organization]) {
      expect(answer.error ?? answer.invalid).toBeUndefined();
    }
  });

  it("reads and changes the registry", async () => {
    expect((await ok("GetRegistry")).registry.config.activated).toBe(true);
    const Body = { update_mask: "featureTier", feature_tier: "STANDARD" };
    expect((await ok("UpdateRegistry", { Body })).registry.config.feature_tier).toBe("STANDARD");
    expect(codeOf(await client.packer("CreateRegistry", { Body: { feature_tier: "PLUS" } }))).toBe(
      6,
    );
  });

  it("makes, reads and changes buckets", async () => {
    expect(codeOf(await client.packer("GetBucket", BUCKET))).toBe(5);
    await ok("CreateBucket", { Body: { name: "web", description: "text", labels: { a: "b" } } });
    await ok("UpdateBucket", { ...BUCKET, Body: { description: "more", labels: { c: "d" } } });
    expect((await ok("GetBucket", BUCKET)).bucket).toMatchObject({
      description: "more",
      labels: { c: "d" },
      version_count: expect.any(String),
    });
    await ok("CreateBucket", { Body: { name: "child" } });
    const first = await ok("ListBuckets", { PaginationPageSize: 1, SortingOrderBy: ["name desc"] });
    expect(first.buckets).toMatchObject([{ name: "web" }]);
    const token = { PaginationNextPageToken: first.pagination.next_page_token };
    const next = { ...token, PaginationPageSize: 1, SortingOrderBy: ["name desc"] };
    expect((await ok("ListBuckets", next)).buckets).toMatchObject([{ name: "child" }]);
  });

  it("publishes a version", async () => {
    expect(codeOf(await client.packer("GetVersion", VERSION))).toBe(10);
    await ok("CreateVersion", { ...BUCKET, Body: { fingerprint: "one", template_type: "HCL2" } });
    const made = await ok("CreateBuild", {
      ...VERSION,
      Body: { component_type: "aws.web", status: "BUILD_UNSET", packer_run_uuid: "run" },
    });
    build = { BuildID: made.build.id };
    const extra = await ok("CreateBuild", { ...VERSION, Body: { component_type: "aws.extra" } });
    await ok("DeleteBuild", { ...VERSION, BuildID: extra.build.id });
    const running = { ...VERSION, ...build, Body: { status: "BUILD_RUNNING" } };
    expect((await ok("UpdateBuild", running)).build.status).toBe("BUILD_RUNNING");
    await ok("UploadSbom", {
      ...VERSION,
      ...build,
      Body: {
        compressed_sbom: zstdCompressSync(SBOM).toString("base64"),
        format: "CYCLONEDX",
        name: "of-web",
      },
    });
    await ok("UpdateBuild", {
      ...VERSION,
      ...build,
      Body: {
        status: "BUILD_DONE",
        platform: "aws",
        labels: { a: "b" },
        source_external_identifier: "ami-vendor",
        artifacts: [{ external_identifier: "ami-1", region: "eu" }],
        metadata: { packer: { version: "1.16.0" }, vcs: { type: "git" }, cicd: { type: "none" } },
      },
    });
    expect((await ok("GetVersion", VERSION)).version).toMatchObject({ name: "v1" });
    expect((await ok("GetBuild", { ...VERSION, ...build })).build.artifacts).toHaveLength(1);
    expect((await ok("ListBuilds", VERSION)).builds).toMatchObject([{ status: "BUILD_DONE" }]);
    expect((await ok("ListVersions", BUCKET)).versions).toMatchObject([{ fingerprint: "one" }]);
    expect((await ok("ListSboms", { ...VERSION, ...build })).sboms).toMatchObject([
      { name: "of-web" },
    ]);
    const { download_url: url } = await ok("GetSbom", { ...VERSION, ...build, SbomName: "of-web" });
    expect(await (await fetch(url)).text()).toBe(SBOM);
  });

  it("makes, assigns and reads channels", async () => {
    for (const name of ["staging", "production", "gone"]) {
      await ok("CreateChannel", { ...BUCKET, Body: { name } });
    }
    const staging = { ...BUCKET, ChannelName: "staging" };
    const Body = { version_fingerprint: "one", update_mask: "versionFingerprint" };
    await ok("UpdateChannel", { ...staging, Body });
    await ok("AssignChannelVersion", {
      ...BUCKET,
      Body: { source_channel: "staging", target_channel: "production" },
    });
    const production = { ...BUCKET, ChannelName: "production" };
    expect((await ok("GetChannel", production)).channel.version.name).toBe("v1");
    const names = (await ok("ListChannels", BUCKET)).channels.map((one: Json) => one.name);
    expect(names).toEqual(["gone", "latest", "production", "staging"]);
    const { history } = await ok("ListChannelAssignmentHistory", production);
    expect(history).toMatchObject([{ version: { fingerprint: "one", name: "v1" } }]);
    await ok("DeleteChannel", { ...BUCKET, ChannelName: "gone" });
  });

  it("is told of ancestry and of who made an image", async () => {
    const child = { BucketName: "child", Fingerprint: "two" };
    const { channel } = await ok("GetChannel", { ...BUCKET, ChannelName: "production" });
    await ok("CreateVersion", { BucketName: "child", Body: { fingerprint: "two" } });
    await ok("CreateBuild", {
      ...child,
      Body: {
        component_type: "aws.child",
        status: "BUILD_DONE",
        platform: "aws",
        source_external_identifier: "ami-1",
        parent_version_id: channel.version.id,
        parent_channel_id: channel.id,
        artifacts: [{ external_identifier: "ami-2", region: "eu" }],
      },
    });
    for (const [BucketName, Type] of [
      ["child", "ANCESTRY_TYPE_PARENTS"],
      ["web", "ANCESTRY_TYPE_CHILDREN"],
    ]) {
      const { relations } = await ok("ListBucketAncestry", { BucketName, Type });
      expect(relations).toMatchObject([
        {
          parent: { bucket_name: "web", channel_name: "production" },
          child: { bucket_name: "child" },
          status: "UP_TO_DATE",
        },
      ]);
    }
    const Body = { external_identifier: "ami-1", platform: "aws", region: "eu" };
    expect((await ok("SearchExternalArtifact", { Body })).artifacts).toMatchObject([
      { bucket: { name: "web" }, version: { name: "v1" } },
    ]);
  });

  it("manages enforced blocks", async () => {
    const made = await ok("CreateEnforcedBlock", {
      Body: { name: "scan", block_content: "content", template_type: "HCL2", version: "1" },
    });
    block = { EnforcedBlockID: made.enforced_block.id };
    const Body = { name: "scanned", labels: { a: "b" }, update_mask: "name,labels" };
    await ok("UpdateEnforcedBlock", { ...block, Body });
    expect((await ok("GetEnforcedBlock", block)).enforced_block.name).toBe("scanned");
    expect((await ok("ListEnforcedBlocks")).enforced_blocks).toHaveLength(1);
    const next = await ok("CreateEnforcedBlockVersion", {
      ...block,
      Body: { version: "2", block_content: "more", template_type: "HCL2" },
    });
    blockVersion = { EnforcedBlockVersionID: next.enforced_block_version.id };
    const both = { ...block, ...blockVersion };
    const described = { additional_description: "why", update_mask: "additionalDescription" };
    await ok("UpdateEnforcedBlockVersion", { ...both, Body: described });
    expect((await ok("GetEnforcedBlockVersions", block)).enforced_block_detail).toHaveLength(2);
    await ok("ManageEnforcedBlockLinkedBuckets", { ...both, Body: { bucket_names: ["web"] } });
    const linked = await ok("GetEnforcedBlockLinkedBuckets", both);
    expect(linked.linked_buckets).toMatchObject([{ bucket: { name: "web" } }]);
    const enforced = await ok("GetEnforcedBlocksByBucket", BUCKET);
    expect(enforced.enforced_block_detail).toMatchObject([{ version: { block_content: "more" } }]);
  });

  it("revokes, restores and completes versions", async () => {
    const revoke = {
      revoke_in: "0s",
      revocation_message: "why",
      skip_descendants_revocation: false,
    };
    await ok("UpdateVersion", { ...VERSION, Body: revoke });
    const child = { BucketName: "child", Fingerprint: "two" };
    expect((await ok("GetVersion", child)).version).toMatchObject({
      status: "VERSION_REVOKED",
      revocation_type: "INHERITED",
    });
    const { version } = await ok("GetVersion", VERSION);
    expect(version).toMatchObject({ status: "VERSION_REVOKED", revocation_message: "why" });
    await ok("UpdateVersion", { ...VERSION, Body: { restore: true } });
    await ok("UpdateVersion", { ...VERSION, Body: { complete: true } });
  });

  it("is told what is not implemented", async () => {
    const outside = [
      ["GetRegistryTFCRunTaskAPI", { TaskType: "validation" }],
      ["GetRunTaskConfig", {}],
      ["UpdateRunTaskConfig", { Body: {} }],
      ["RegenerateTFCRunTaskHmacKey", { Body: {} }],
      ["ListBucketPackages", BUCKET],
      ["ListBucketPackagesVulnerabilitySummary", BUCKET],
      ["ListBucketPackagesWithVulnerabilities", BUCKET],
      ["ListBucketVulnerabilities", BUCKET],
      ["ListBuildPackages", { ...VERSION, ...build }],
    ] as const;
    for (const [operation, params] of outside) {
      expect(codeOf(await client.packer(operation, params)), operation).toBe(UNIMPLEMENTED);
    }
  });

  it("removes what it made", async () => {
    await ok("ManageEnforcedBlockLinkedBuckets", {
      ...block,
      ...blockVersion,
      Body: { bucket_names: [] },
    });
    await ok("DeleteEnforcedBlockVersion", { ...block, ...blockVersion });
    await ok("DeleteEnforcedBlock", block);
    const Body = { version_fingerprint: "one", update_mask: "versionFingerprint" };
    await ok("UpdateChannel", { ...BUCKET, ChannelName: "staging", Body });
    expect(codeOf(await client.packer("DeleteVersion", VERSION))).toBe(9);
    await ok("DeleteVersion", { ...VERSION, RollbackChannels: true });
    await ok("DeleteBucket", BUCKET);
    await ok("DeleteRegistry");
    expect(codeOf(await client.packer("GetRegistry"))).toBe(5);
    expect(
      (await ok("CreateRegistry", { Body: { feature_tier: "PLUS" } })).registry.id,
    ).toBeTruthy();
  });

  it("has called every operation of the packer service", async () => {
    const operations = await hcpOperations();
    expect([...client.called].toSorted()).toEqual(operations.toSorted());
    console.log(`hcp-client on ${kind}: ${operations.length} of ${operations.length} operations`);
  });
});
