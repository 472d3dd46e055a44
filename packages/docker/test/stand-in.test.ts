import { startDockerEngine } from "../../cloud-sim/src/docker-engine/start.ts";
import { describeDockerContract } from "./contract.ts";

describeDockerContract("the embedded stand-in", async () => {
  const engine = await startDockerEngine({ unixSocket: true });
  return {
    address: engine.url,
    image: "busybox:latest",
    withoutVolumes: true,
    [Symbol.asyncDispose]: () => engine.close(),
  };
});
