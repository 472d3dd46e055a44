import assert from "node:assert/strict";
import { startDockerEngine } from "@packerkit/cloud-sim";
import Docker from "dockerode";

await using engine = await startDockerEngine({ unixSocket: true });
const docker = new Docker({ socketPath: engine.socketPath });

const container = await docker.createContainer({ Image: "busybox", Cmd: ["touch", "/made"] });
await container.start();
await container.wait();
const { Id } = await container.commit({ repo: "app", tag: "v1" });
await container.remove();

assert.deepEqual(engine.snapshot().containers, []);
assert.equal(engine.snapshot().images.find(({ tags }) => tags.includes("app:v1"))?.id, Id);
