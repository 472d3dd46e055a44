import { startCloud } from "./cloud.ts";
import { describeAmazonContract } from "./contract.ts";

describeAmazonContract("the stand-in", async () => {
  const cloud = await startCloud();
  const { accessKeyId, secretAccessKey, url } = cloud;
  return {
    url,
    accessKeyId,
    secretAccessKey,
    source: { filters: { name: "al2023-ami-*" }, owners: ["amazon"] },
    close: async () => await cloud.close(),
  };
});
