import { describe, expect, it } from "vitest";
import { startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const { client } = registry;
const admin = await registry.join("admin");
const { ok, code } = admin;

const CONTENT = 'provisioner "shell" {\n  inline = ["scan"]\n}';

async function addBlock(name: string) {
  const { enforced_block: block } = await ok("PUT", "/enforced_blocks", {
    name,
    block_content: CONTENT,
    template_type: "HCL2",
    additional_description: "Scans the image",
    labels: { team: "security" },
  });
  return { id: block.id, versionId: block.latest_version.id, path: `/enforced_blocks/${block.id}` };
}

const link = (path: string, versionId: string, bucket_names: string[] | null) =>
  ["POST", `${path}/versions/${versionId}/buckets`, { bucket_names }] as const;

const inBucket = async (bucket: string) =>
  (await client.ok("GET", `/enforced_blocks/bucket/${bucket}`)).enforced_block_detail;

describe("an enforced block", () => {
  it("reaches Packer through the buckets that it is linked to", async () => {
    await client.ok("PUT", "/buckets", { name: "linked" });
    await client.ok("PUT", "/buckets", { name: "free" });
    expect(await inBucket("linked")).toEqual([]);
    expect(await client.code("GET", "/enforced_blocks/bucket/none")).toBe(5);
    const { id, versionId, path } = await addBlock("scan");
    const { enforced_block_buckets: links } = await ok(...link(path, versionId, ["linked"]));
    expect(links).toMatchObject([{ enforced_block_id: id, enforced_block_version_id: versionId }]);
    expect(await inBucket("linked")).toMatchObject([
      {
        id,
        name: "scan",
        version: { id: versionId, version: "1", block_content: CONTENT, template_type: "HCL2" },
      },
    ]);
    expect(await inBucket("free")).toEqual([]);
    const { linked_buckets: shown } = await ok("GET", `${path}/versions/${versionId}/buckets`);
    expect(shown).toMatchObject([{ bucket: { name: "linked" }, enforced_block_id: id }]);
    expect(shown[0], "a field that HCP's API does not have").not.toHaveProperty("bucket_id");
  });

  it("is in a bucket with one version: linking another one moves it, linking none frees it", async () => {
    await client.ok("PUT", "/buckets", { name: "moving" });
    const { versionId, path } = await addBlock("moved");
    const { enforced_block_version: second } = await ok("PUT", `${path}/versions`, {
      block_content: "second",
    });
    expect(second.version).toBe("2");
    await ok(...link(path, versionId, ["moving"]));
    await ok(...link(path, second.id, ["moving", "moving"]));
    expect(await inBucket("moving")).toMatchObject([{ version: { version: "2" } }]);
    await ok(...link(path, versionId, []));
    expect(await inBucket("moving")).toHaveLength(1);
    await ok(...link(path, second.id, null));
    expect(await inBucket("moving")).toEqual([]);
    expect(await code(...link(path, second.id, ["none"]))).toBe(5);
    expect(await code(...link(path, "none", ["moving"]))).toBe(5);
  });

  it("is changed in its name and labels, its versions in their descriptions", async () => {
    const { versionId, path } = await addBlock("changed");
    await addBlock("taken");
    expect(await code("PATCH", path, { name: "taken" })).toBe(6);
    const patch = async (body: object) => (await ok("PATCH", path, body)).enforced_block;
    expect(await patch({ name: "renamed", labels: {}, update_mask: "name" })).toMatchObject({
      name: "renamed",
      labels: { team: "security" },
    });
    expect(await patch({ labels: {} })).toMatchObject({ name: "renamed", labels: {} });
    const { enforced_block_version: version } = await ok("PATCH", `${path}/versions/${versionId}`, {
      additional_description: "Now with more",
    });
    expect(version).toMatchObject({ additional_description: "Now with more", version: "1" });
    const { enforced_block_detail: versions } = await ok("GET", `${path}/versions`);
    expect(versions).toMatchObject([{ name: "renamed", version: { id: versionId } }]);
  });

  it("has one name in its project and one label for each version", async () => {
    const { path } = await addBlock("single");
    const again = ["PUT", "/enforced_blocks", { name: "single", block_content: "x" }] as const;
    expect(await code(...again)).toBe(6);
    const version = ["PUT", `${path}/versions`, { block_content: "x", version: "1" }] as const;
    expect(await code(...version)).toBe(6);
    expect(await code("PUT", "/enforced_blocks", { name: "empty" })).toBe(3);
  });

  it("goes only once no bucket is linked to it", async () => {
    await client.ok("PUT", "/buckets", { name: "held" });
    const { versionId, path } = await addBlock("held");
    await ok(...link(path, versionId, ["held"]));
    expect(await code("DELETE", path)).toBe(9);
    expect(await code("DELETE", `${path}/versions/${versionId}`)).toBe(9);
    await ok(...link(path, versionId, []));
    await ok("DELETE", `${path}/versions/${versionId}`);
    expect((await ok("GET", path)).enforced_block.latest_version).toBeUndefined();
    await ok("DELETE", path);
    expect(await code("GET", path)).toBe(5);
  });

  it("is listed by name", async () => {
    const { enforced_blocks: blocks } = await ok("GET", "/enforced_blocks");
    const names = blocks.map((block: { name: string }) => block.name);
    expect(names).toEqual(names.toSorted());
    expect(names).toContain("scan");
  });
});
