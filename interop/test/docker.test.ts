import { describeDockerContract } from "@packerkit/docker/test/contract";
import { BASE_IMAGE, startDockerEngine } from "../src/docker-engine.ts";

describeDockerContract("a real Docker Engine", async () => {
  const engine = await startDockerEngine();
  return {
    address: engine.host,
    image: BASE_IMAGE,
    [Symbol.asyncDispose]: () => engine.stop(),
  };
});
