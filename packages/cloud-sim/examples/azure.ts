import assert from "node:assert/strict";
import { ComputeManagementClient } from "@azure/arm-compute";
import { ClientSecretCredential } from "@azure/identity";
import { startAzure } from "@packerkit/cloud-sim";

await using cloud = await startAzure();
const tlsOptions = { ca: cloud.certificate };
const credential = new ClientSecretCredential(cloud.tenantId, cloud.clientId, cloud.clientSecret, {
  authorityHost: cloud.url,
  disableInstanceDiscovery: true,
  tlsOptions,
});
const compute = new ComputeManagementClient(credential, cloud.subscriptionId, {
  endpoint: cloud.url,
  credentials: { scopes: [`${cloud.url}/.default`] },
  tlsOptions,
});

const image = await compute.images.get("packerkit-images", "golden-1");
assert.equal(image.provisioningState, "Succeeded");
