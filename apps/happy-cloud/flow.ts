import { startHappyCloud } from "@packerkit/cloud-sim";
import { defineFlow } from "@packerkit/demo";
import { BUILDER_ID, happyCloudBuilder } from "@packerkit/happy-cloud";

/** Builds an image in an embedded happy-cloud: there is no real one. */
export default defineFlow({
  name: "happy-cloud",
  builder: happyCloudBuilder,
  async open() {
    const cloud = await startHappyCloud();
    return {
      kind: "embedded",
      description: `happy-cloud at ${cloud.url}`,
      config: {
        api_url: `${cloud.url}/v1`,
        token: cloud.token,
        region: "sunny-east",
        source_image: "happy-linux-1",
        image_name: "web-1",
        labels: { team: "web" },
      },
      provisioners: [
        async ({ communicator, signal }) => {
          await communicator.start({ command: "echo happy > /etc/motd" }, { signal });
        },
      ],
      expectations: {
        builderId: BUILDER_ID,
        provider: "happy-cloud",
        region: /^Sunny /,
        sourceId: /^img-/,
        labels: ["team"],
        secrets: [cloud.token],
      },
      childConfig: ({ id }) => ({ source_image: id, image_name: "web-2" }),
      close: async () => await cloud.close(),
    };
  },
});
