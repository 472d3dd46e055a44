import { startDockerEngine } from "@packerkit/cloud-sim";
import { describeDockerContract, describePullContract, describePushContract } from "./contract.ts";

const name = "the embedded stand-in";

describeDockerContract(name, async () => {
  const engine = await startDockerEngine({ unixSocket: true });
  return {
    address: engine.dockerHost,
    image: "busybox:latest",
    lacks: ["volumes", "owners"],
    triesOnce: true,
    [Symbol.asyncDispose]: () => engine.close(),
  };
});

describePullContract(name, async () => {
  const engine = await startDockerEngine({
    unixSocket: true,
    registryCredentials: { username: "ada", password: "lovelace" },
  });
  return {
    address: engine.dockerHost,
    image: "busybox:latest",
    lacks: ["volumes", "owners"],
    pullable: "alpine:3.20",
    login: { login_username: "ada", login_password: "lovelace" },
    [Symbol.asyncDispose]: () => engine.close(),
  };
});

describePushContract(name, async () => {
  const engine = await startDockerEngine({
    unixSocket: true,
    registryCredentials: { username: "ada", password: "lovelace" },
  });
  const registry = "registry.example:5000";
  return {
    address: engine.dockerHost,
    image: "busybox:latest",
    lacks: ["volumes", "owners"],
    registry,
    login: { login_username: "ada", login_password: "lovelace", login_server: registry },
    [Symbol.asyncDispose]: () => engine.close(),
  };
});
