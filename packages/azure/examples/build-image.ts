import assert from "node:assert/strict";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { armBuilder } from "@packerkit/azure";
import { startAzure } from "@packerkit/cloud-sim";
import { runBuild } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";

const cloud = await startAzure();
setDefaultCACertificates([...getCACertificates("default"), cloud.certificate]);

const artifact = await runBuild(armBuilder, {
  config: {
    metadata_host: cloud.host,
    subscription_id: cloud.subscriptionId,
    tenant_id: cloud.tenantId,
    client_id: cloud.clientId,
    client_secret: cloud.clientSecret,
    location: "westeurope",
    os_type: "Linux",
    image_publisher: "Canonical",
    image_offer: "ubuntu-24_04-lts",
    image_sku: "server",
    managed_image_name: "web-1",
    managed_image_resource_group_name: "packerkit-images",
    communicator: "none",
  },
});
const { images } = await collectImages(artifact);

assert.match(images[0]?.imageId ?? "", /\/providers\/Microsoft\.Compute\/images\/web-1$/);
assert.equal(images[0]?.providerName, "azure");
assert.equal(images[0]?.providerRegion, "westeurope");
assert.match(images[0]?.sourceImageId ?? "", /\/publishers\/Canonical\//);
assert.equal(images[0]?.labels["managed_image_name"], "web-1");
await artifact?.destroy();
assert.deepEqual(cloud.snapshot().resources, []);
await cloud.close();
