import { startGoogleCompute } from "@packerkit/cloud-sim";
import { defineFlow } from "@packerkit/demo";
import { BUILDER_ID, googleComputeBuilder } from "@packerkit/googlecompute";

/** Builds an image in an embedded Compute Engine: a real one would cost money. */
export default defineFlow({
  name: "googlecompute",
  builder: googleComputeBuilder,
  async open() {
    const cloud = await startGoogleCompute();
    return {
      kind: "embedded",
      description: `Compute Engine at ${cloud.url}`,
      config: {
        access_token: cloud.token,
        custom_endpoints: cloud.endpoints,
        project_id: cloud.project,
        zone: "us-central1-a",
        source_image_family: "debian-12",
        source_image_project_id: ["debian-cloud"],
        image_name: "web-1",
        image_family: "web",
        image_labels: { team: "web", app: "shop" },
        communicator: "none",
        metadata: { "startup-script": "echo made by a start-up script > /etc/motd" },
      },
      expectations: {
        builderId: BUILDER_ID,
        provider: "gce",
        imageId: /^web-[12]$/,
        region: /^us-central1-a$/,
        sourceId: /^debian-12-bookworm-/,
        labels: ["licenses", "machine_type", "project_id", "self_link", "tags"],
        stateKeys: ["ImageName", "ImageSizeGb", "ProjectId", "BuildZone"],
        secrets: [cloud.token],
      },
      childConfig: ({ images: [base] }) => ({
        source_image: base.imageId,
        source_image_project_id: [cloud.project],
        source_image_family: undefined,
        image_name: "web-2",
      }),
      close: () => cloud.close(),
    };
  },
});
