import { describePullContract, describePushContract } from "@packerkit/docker/test/contract";
import { importBusyboxImage } from "../src/busybox-image.ts";
import {
  BASE_IMAGE,
  type DockerEngine,
  installDockerEngine,
  startDockerEngine,
} from "../src/docker-engine.ts";
import { type OciRegistry, startOciRegistry } from "../src/oci-registry.ts";

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

/** Puts an image into the registry that the engine then no longer has. */
async function publishBusybox(
  { client }: DockerEngine,
  { host, password, username }: OciRegistry,
  image: string,
): Promise<void> {
  const { busybox } = await installDockerEngine();
  await importBusyboxImage(client, busybox, "to-be-published:1");
  const [repo = "", tag = ""] = image.split(/:(?=[^:]*$)/);
  await client.getImage("to-be-published:1").tag({ repo, tag });
  const progress = await client.getImage(repo).push({
    tag,
    authconfig: { username, password, serveraddress: host },
  });
  await new Promise<void>((resolve, reject) => {
    client.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()));
  });
  const { Id } = await client.getImage(image).inspect();
  await client.getImage(Id).remove({ force: true });
}
