import assert from "node:assert/strict";
import { startHappyCloud } from "@packerkit/cloud-sim";

await using cloud = await startHappyCloud();
cloud.faults.inject({ operation: "CreateInstance", kind: "dropAfter" });

const creation = fetch(`${cloud.url}/v1/instances`, {
  method: "POST",
  headers: { authorization: `Bearer ${cloud.token}` },
  body: JSON.stringify({ region: "sunny-east", image_id: "img-happylinux1east" }),
});

await assert.rejects(creation);
assert.deepEqual(cloud.operations(), ["CreateInstance"]);
assert.equal(cloud.snapshot().instances.length, 1);
