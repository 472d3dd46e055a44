import {
  fromArtifact,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";
import { afterAll } from "vitest";
import { RegistryClient, type RegistryClientOptions } from "../../src/index.ts";
import type { TestRegistry } from "./test-registry.ts";

/** What leads a client to a registry, which listens from now on. */
export async function optionsFor(registry: TestRegistry): Promise<RegistryClientOptions> {
  const address = await registry.app.listen({ host: "127.0.0.1", port: 0 });
  const { organizationId, projectId, clientId, clientSecret } = registry.client.principal;
  return {
    apiAddress: new URL(address).host,
    apiTls: "disabled",
    authUrl: address,
    authTls: "disabled",
    clientId,
    clientSecret,
    organizationId,
    projectId,
  };
}

/** A client that is closed after the file's last test. */
export function clientFor(options: RegistryClientOptions): RegistryClient {
  const client = new RegistryClient(options);
  afterAll(async () => await client.close());
  return client;
}

/** An artifact with images, as a plugin's build returns one. */
export function artifact(...images: { id: string; region?: string; source?: string }[]) {
  const base = { builderId: () => "packerkit.test", id: () => "test" };
  const made = images.map(({ id, region = "eu", source = "" }) =>
    fromArtifact(base, withId(id), withProvider("test"), withRegion(region), withSourceId(source)),
  );
  return { state: (name: string) => (name === "par.artifact.metadata" ? made : undefined) };
}
