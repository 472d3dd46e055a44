import { describe, expect, it } from "vitest";
import { publish } from "./support/publish.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const { client: ours, app } = registry;
const other = await registry.addProject("other");
const theirs = await registry.join("admin", other);
const shared = [{ external_identifier: "ami-shared", region: "eu" }];

describe("another project", () => {
  it("is closed on every path that the server has", async () => {
    await publish(ours, { bucket: "ours", fingerprint: "fp" });
    const { paths } = app.swagger() as { paths: Record<string, Record<string, unknown>> };
    const values: Record<string, string> = {
      organization_id: ours.principal.organizationId,
      project_id: ours.principal.projectId,
      bucket_name: "ours",
      fingerprint: "fp",
      channel_name: "latest",
    };
    const ofProjects = Object.entries(paths).filter(([path]) => path.includes("{project_id}"));
    expect(ofProjects).toHaveLength(25);
    for (const [path, methods] of ofProjects) {
      const url = path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "x");
      for (const method of Object.keys(methods)) {
        expect(await theirs.code(method.toUpperCase(), `/${url}`, {}), `${method} ${url}`).toBe(7);
      }
    }
  });

  it("is refused alike whether it exists or not, as are half-right addresses", async () => {
    const { organizationId } = theirs.principal;
    const { projectId } = ours.principal;
    const path = (organization: string, project: string) =>
      `//packer/2023-01-01/organizations/${organization}/projects/${project}/buckets/ours`;
    const answers = await Promise.all([
      theirs.call("GET", path(ours.principal.organizationId, projectId)),
      theirs.call("GET", path(organizationId, projectId)),
      theirs.call("GET", path(organizationId, "00000000-0000-0000-0000-000000000000")),
    ]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it("has names, images and ids of its own", async () => {
    const mine = await publish(ours, { bucket: "twin", fingerprint: "fp", artifacts: shared });
    await publish(theirs, { bucket: "twin", fingerprint: "fp", artifacts: shared });
    const search = { external_identifier: "ami-shared" };
    const found = await theirs.ok("POST", "/_search/external_artifact", search);
    expect(found.artifacts).toHaveLength(1);
    expect(found.artifacts[0].version.id).not.toBe(mine.id);
    const { buckets } = await theirs.ok("GET", "/buckets");
    expect(buckets.map((bucket: { name: string }) => bucket.name)).toEqual(["twin"]);
    const [build] = mine.builds;
    const path = `/buckets/twin/versions/fp/builds/${build.id}`;
    expect(await theirs.code("GET", path)).toBe(5);
    expect(await theirs.code("DELETE", path)).toBe(9);
  });

  it("gives no parents", async () => {
    const base = await publish(ours, { bucket: "base", artifacts: shared });
    const child = await publish(theirs, {
      bucket: "child",
      build: { parent_version_id: base.id, source_external_identifier: "ami-1" },
    });
    expect(child.parents).toBeUndefined();
    expect((await ours.ok("GET", "/buckets/base/ancestry")).relations).toEqual([]);
  });

  it("shares no operations, blocks or tenants", async () => {
    await publish(theirs, { bucket: "operated", fingerprint: "fp" });
    const { operation } = await theirs.ok("PATCH", "/buckets/operated/versions/fp", {
      complete: true,
    });
    const { organizationId, projectId } = ours.principal;
    const operations = `//operation/2020-05-05/organizations/${organizationId}/projects/${projectId}/operations`;
    expect(await ours.code("GET", `${operations}/${operation.id}`)).toBe(5);
    const { enforced_block: block } = await theirs.ok("PUT", "/enforced_blocks", {
      name: "scan",
      block_content: 'provisioner "shell" {}',
    });
    expect(await ours.code("GET", `/enforced_blocks/${block.id}`)).toBe(5);
    const manager = "//resource-manager/2019-12-10";
    expect(await ours.code("GET", `${manager}/projects/${other.projectId}`)).toBe(7);
    expect(await ours.code("GET", `${manager}/organizations/${other.organizationId}`)).toBe(7);
    expect(await ours.code("GET", `${manager}/projects?scope.id=${other.organizationId}`)).toBe(7);
    const { projects } = await ours.ok("GET", `${manager}/projects`);
    expect(projects).toMatchObject([{ id: projectId, parent: { id: organizationId } }]);
  });
});

describe("the look-up of tenants", () => {
  it("answers what Packer and Terraform ask", async () => {
    const { organizationId, projectId } = ours.principal;
    const manager = "//resource-manager/2019-12-10";
    const { organizations } = await ours.ok("GET", `${manager}/organizations`);
    expect(organizations).toMatchObject([{ id: organizationId, state: "ACTIVE" }]);
    const one = await ours.ok("GET", `${manager}/organizations/${organizationId}`);
    expect(one.organization.id).toBe(organizationId);
    const scope = `scope.id=${organizationId}&scope.type=ORGANIZATION`;
    const { projects } = await ours.ok("GET", `${manager}/projects?${scope}`);
    expect(projects).toMatchObject([{ id: projectId, name: "default" }]);
    const { project } = await ours.ok("GET", `${manager}/projects/${projectId}`);
    expect(project.parent).toEqual({ id: organizationId, type: "ORGANIZATION" });
  });
});
