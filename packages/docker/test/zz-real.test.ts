import { describeDockerContract } from "./contract.ts";

describeDockerContract("real", async () => ({
  address: "unix:///tmp/dk/docker.sock",
  image: "busybox:latest",
  [Symbol.asyncDispose]: async () => {},
}));
