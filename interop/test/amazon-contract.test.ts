import { describeAmazonContract } from "@packerkit/amazon/test/contract";
import { startEc2 } from "@packerkit/cloud-sim";
import { startMoto } from "../src/moto.ts";

describeAmazonContract("the stand-in", async () => {
  const cloud = await startEc2();
  const { url, accessKeyId, secretAccessKey } = cloud;
  const source = { filters: { name: "al2023-ami-*" }, owners: ["amazon"] };
  return { url, accessKeyId, secretAccessKey, source, close: () => cloud.close() };
});

describeAmazonContract("moto", async () => {
  const { url, stop } = await startMoto();
  const source = { filters: { name: "amzn2-ami-hvm-*" }, owners: ["amazon"] };
  return { url, accessKeyId: "AKIAMOTO", secretAccessKey: "any", source, close: stop };
});
