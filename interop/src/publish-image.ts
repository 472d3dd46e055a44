import { importBusyboxImage } from "./busybox-image.ts";
import { type DockerEngine, installDockerEngine } from "./docker-engine.ts";
import type { OciRegistry } from "./oci-registry.ts";

/** Puts an image of busybox into the registry that the engine then no longer has. `image` is its name with a tag. */
export async function publishBusybox(
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
