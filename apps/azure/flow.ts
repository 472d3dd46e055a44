import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { ARM_BUILDER_ID, armBuilder } from "@packerkit/azure";
import { startAzure } from "@packerkit/cloud-sim";
import { defineFlow } from "@packerkit/demo";

/** Builds a managed image and a gallery's version of it in an embedded Azure: a real one would cost money. */
export default defineFlow({
  name: "azure",
  builder: armBuilder,
  async open() {
    const cloud = await startAzure();
    // Azure's SDK speaks HTTPS only, and nobody vouches for the embedded cloud's certificate.
    setDefaultCACertificates([...getCACertificates("default"), cloud.certificate]);
    return {
      kind: "embedded",
      description: `Azure at ${cloud.url}`,
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
        shared_image_gallery_destination: galleryVersion("1.0.0"),
        azure_tags: { team: "web" },
        communicator: "none",
      },
      expectations: {
        builderId: ARM_BUILDER_ID,
        provider: "azure",
        imageId: /\/providers\/Microsoft\.Compute\/images\/web-[12]$/,
        region: /^westeurope$/,
        sourceId: /\/publishers\/Canonical\/ArtifactTypes\/vmimage\/offers\/ubuntu-24_04-lts\//,
        labels: [
          "managed_image_name",
          "managed_image_resourcegroup_name",
          "os_type",
          "sig_image_name",
          "sig_image_version",
          "sig_name",
          "sig_replicated_regions",
          "sig_resource_group",
        ],
        secrets: [cloud.clientSecret],
      },
      childConfig: () => ({
        image_publisher: undefined,
        image_offer: undefined,
        image_sku: undefined,
        custom_managed_image_name: "web-1",
        custom_managed_image_resource_group_name: "packerkit-images",
        managed_image_name: "web-2",
        shared_image_gallery_destination: galleryVersion("1.0.1"),
      }),
      close: () => cloud.close(),
    };
  },
});

function galleryVersion(version: string) {
  return {
    resource_group: "packerkit-images",
    gallery_name: "packerkit_gallery",
    image_name: "web",
    image_version: version,
    replication_regions: ["northeurope"],
  };
}
