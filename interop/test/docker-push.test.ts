import { describePullContract, describePushContract } from "@packerkit/docker/test/contract";
import { BASE_IMAGE, startDockerEngine } from "../src/docker-engine.ts";
import { startOciRegistry } from "../src/oci-registry.ts";
import { publishBusybox } from "../src/publish-image.ts";

const name = "a real Docker Engine and a real registry";

describePushContract(name, async () => {
  const { engine, registry, ...both } = await startBoth();
  return { ...both, address: engine.host, image: BASE_IMAGE, registry: registry.host };
});

describePullContract(name, async () => {
  const { engine, registry, ...both } = await startBoth();
  const pullable = `${registry.host}/team/base:1`;
  await publishBusybox(engine, registry, pullable);
  return { ...both, address: engine.host, image: BASE_IMAGE, pullable };
});

async function startBoth() {
  const [engine, registry] = await Promise.all([startDockerEngine(), startOciRegistry()]);
  const login = {
    login_username: registry.username,
    login_password: registry.password,
    login_server: registry.host,
  };
  const stop = async () => {
    await Promise.all([engine.stop(), registry.stop()]);
  };
  return { engine, registry, login, [Symbol.asyncDispose]: stop };
}
