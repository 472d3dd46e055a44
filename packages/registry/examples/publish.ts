import assert from "node:assert/strict";
import { RegistryClient } from "@packerkit/registry";
import { startRegistry } from "@packerkit/registry/server";
import { fromArtifact, withProvider, withRegion, withSourceId } from "@packerkit/registry-image";

/** An artifact as a build returns it: its state has the metadata of its image. */
function imageOf(id: string, source = "") {
  const base = { builderId: () => "packerkit.happy-cloud", id: () => id };
  const image = fromArtifact(
    base,
    withProvider("happy-cloud"),
    withRegion("sunny-east"),
    withSourceId(source),
  );
  return { state: () => image };
}

await using registry = await startRegistry({ storage: { memory: true }, port: 0, tlsPort: 0 });
const principal = await registry.createPrincipal({ name: "ci", role: "contributor" });
await using client = RegistryClient.fromEnvironment(registry.environmentOf(principal));

const base = await client.publish(imageOf("img-1"), {
  bucket: "web-base",
  componentType: "happy-cloud.base",
});
assert.equal(base.versionName, "v1");

const parent = await client.findArtifact({
  bucket: "web-base",
  channel: "latest",
  platform: "happy-cloud",
  region: "sunny-east",
});
assert.equal(parent.externalIdentifier, "img-1");

await client.publish(async () => imageOf("img-2", parent.externalIdentifier), {
  bucket: "web-app",
  componentType: "happy-cloud.app",
  parents: [parent],
});

const [relation] = await client.parentsOf({ bucket: "web-app" });
assert.equal(relation?.parent?.bucket, "web-base");
assert.equal(relation?.status, "UP_TO_DATE");
