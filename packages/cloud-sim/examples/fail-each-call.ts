import assert from "node:assert/strict";
import { type HappyCloudStandIn, startHappyCloud } from "@packerkit/cloud-sim";

async function build(cloud: HappyCloudStandIn): Promise<void> {
  const headers = { authorization: `Bearer ${cloud.token}` };
  for (const path of ["/v1/regions", "/v1/images?region=sunny-east", "/v1/instances"]) {
    const response = await fetch(cloud.url + path, { headers });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
  }
}

await using cloud = await startHappyCloud();
await build(cloud);
const calls = cloud.requests.length;

for (let call = 1; call <= calls; call += 1) {
  await using broken = await startHappyCloud();
  broken.faults.inject({ call, kind: "error" });
  await assert.rejects(build(broken), /HTTP 500/);
  assert.deepEqual(broken.snapshot().instances, []);
}
