import { describeArtifactConformance } from "@packerkit/conformance/vitest";
import type { ImageResource } from "../src/client.ts";
import { ComputeClient } from "../src/client.ts";
import { BUILDER_ID, ImageArtifact } from "../src/index.ts";
import { ask, build, leftovers, settings, startCloud } from "./cloud.ts";

const TOKEN = "a-token-that-must-not-show";

describeArtifactConformance(
  "the googlecompute image",
  async () => {
    const cloud = await startCloud({ token: TOKEN });
    const artifact = await build(cloud, { image_labels: { team: "web", app: "shop" } });
    return {
      artifact,
      async withGeneratedData(generatedData) {
        const { hostname, port } = new URL(cloud.url);
        const client = await ComputeClient.connect({
          credentials: { kind: "token", token: TOKEN },
          endpoint: { protocol: "http", host: hostname, port: Number(port) },
        });
        const image = await ask<ImageResource>(cloud, "global/images/web-1");
        return new ImageArtifact({
          client,
          image,
          imageProject: cloud.project,
          settings: {
            ...(settings(cloud) as { project_id: string; zone: string }),
            machine_type: "e2-micro",
            source_image_project_id: [],
          },
          generatedData,
        });
      },
      remaining: () => leftovers(cloud),
      breakDestroy() {
        cloud.faults.inject({ operation: "images.delete", kind: "error" });
        return ["image web-1"];
      },
      dispose: async () => await cloud.close(),
    };
  },
  {
    builderId: BUILDER_ID,
    provider: "gce",
    imageId: /^web-1$/,
    region: /^us-central1-a$/,
    sourceId: /^debian-12-bookworm-v20260609$/,
    labels: [
      "disk_size_gb",
      "licenses",
      "machine_type",
      "project_id",
      "self_link",
      "source_image_family",
      "source_image_project_ids",
      "tags",
    ],
    stateKeys: ["generated_data", "ImageName", "ImageSizeGb", "ProjectId", "BuildZone"],
    secrets: [TOKEN],
  },
);
