import type { Client, Json } from "./test-registry.ts";

let count = 0;

export interface PublishOptions {
  bucket: string;
  fingerprint?: string;
  artifacts?: { external_identifier: string; region: string }[];
  /** Further fields of the PATCH that completes the build. */
  build?: Record<string, unknown>;
}

/** Publishes a version with one build, the bucket made where it is missing, and returns the version. */
export async function publish(client: Client, options: PublishOptions): Promise<Json> {
  count += 1;
  const { bucket, fingerprint = `fp-${count}` } = options;
  const artifacts = options.artifacts ?? [{ external_identifier: `img-${count}`, region: "eu" }];
  await client.call("PUT", "/buckets", { name: bucket });
  await client.ok("POST", `/buckets/${bucket}/versions`, { fingerprint, template_type: "HCL2" });
  const path = `/buckets/${bucket}/versions/${fingerprint}`;
  const { build } = await client.ok("POST", `${path}/builds`, {
    component_type: "docker.example",
    status: "BUILD_RUNNING",
  });
  await client.ok("PATCH", `${path}/builds/${build.id}`, {
    status: "BUILD_DONE",
    platform: "docker",
    artifacts,
    ...options.build,
  });
  return (await client.ok("GET", path)).version;
}
