import { describe, expect, it } from "vitest";
import { publish } from "./support/publish.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const { app, client } = registry;
const admin = await registry.join("admin");

describe("the registry of a project", () => {
  it("is there, and is made once", async () => {
    const { registry: shown } = await client.ok("GET", "/registry");
    expect(shown).toMatchObject({
      location: { project_id: client.principal.projectId },
      config: { activated: true, feature_tier: "PLUS" },
    });
    expect(await admin.code("PUT", "/registry", { feature_tier: "PLUS" })).toBe(6);
  });

  it("answers nothing else while it is deactivated", async () => {
    const mask = { update_mask: "config.activated" };
    const { operation } = await admin.ok("PATCH", "/registry", { ...mask, activated: false });
    expect(await client.code("GET", "/buckets")).toBe(9);
    const { organizationId, projectId } = client.principal;
    const path = `//operation/2020-05-05/organizations/${organizationId}/projects/${projectId}/operations/${operation.id}`;
    expect((await client.ok("GET", path)).operation).toEqual(operation);
    expect((await client.ok("GET", `${path}/wait?timeout=5s`)).operation.state).toBe("DONE");
    await admin.ok("PATCH", "/registry", { ...mask, activated: true });
    await client.ok("GET", "/buckets");
    expect(await admin.code("PATCH", "/registry", { activated: true })).toBe(3);
    expect(await admin.code("PATCH", "/registry", { update_mask: "id" })).toBe(3);
  });

  it("goes with all buckets, and is made anew", async () => {
    await publish(client, { bucket: "doomed" });
    await admin.ok("DELETE", "/registry");
    expect(await client.code("GET", "/buckets")).toBe(5);
    expect(await client.code("GET", "/registry")).toBe(5);
    await admin.ok("PUT", "/registry");
    expect((await client.ok("GET", "/buckets")).buckets).toEqual([]);
  });
});

describe("the server", () => {
  it("says whether it is well", async () => {
    expect((await app.inject("/healthz")).json()).toEqual({ status: "ok" });
  });

  it("describes every path with its parameters, bodies and answers", async () => {
    const document = (await app.inject("/openapi.json")).json();
    expect(document.openapi).toBe("3.1.0");
    const operations = Object.values<Record<string, { operationId: string; responses: object }>>(
      document.paths,
    ).flatMap((methods) => Object.values(methods));
    const ids = operations.map((operation) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(CLIENT_OPERATIONS));
    expect(operations.every((operation) => "200" in operation.responses)).toBe(true);
    expect(document.components.schemas.Version.properties.status).toBeDefined();
    const create =
      document.paths[
        "/packer/2023-01-01/organizations/{organization_id}/projects/{project_id}/buckets"
      ].put;
    expect(create.requestBody.content["application/json"].schema.required).toEqual(["name"]);
  });
});

/** What the clients call: packer_service_client.go of hcp-sdk-go, without run tasks, packages and vulnerabilities. */
const CLIENT_OPERATIONS = [
  "AssignChannelVersion",
  "CreateBucket",
  "CreateBuild",
  "CreateChannel",
  "CreateEnforcedBlock",
  "CreateEnforcedBlockVersion",
  "CreateRegistry",
  "CreateVersion",
  "DeleteBucket",
  "DeleteBuild",
  "DeleteChannel",
  "DeleteEnforcedBlock",
  "DeleteEnforcedBlockVersion",
  "DeleteRegistry",
  "DeleteVersion",
  "GetBucket",
  "GetBuild",
  "GetChannel",
  "GetEnforcedBlock",
  "GetEnforcedBlockLinkedBuckets",
  "GetEnforcedBlockVersions",
  "GetEnforcedBlocksByBucket",
  "GetRegistry",
  "GetSbom",
  "GetVersion",
  "ListBucketAncestry",
  "ListBuckets",
  "ListBuilds",
  "ListChannelAssignmentHistory",
  "ListChannels",
  "ListEnforcedBlocks",
  "ListSboms",
  "ListVersions",
  "ManageEnforcedBlockLinkedBuckets",
  "SearchExternalArtifact",
  "UpdateBucket",
  "UpdateBuild",
  "UpdateChannel",
  "UpdateEnforcedBlock",
  "UpdateEnforcedBlockVersion",
  "UpdateRegistry",
  "UpdateVersion",
  "UploadSbom",
];
