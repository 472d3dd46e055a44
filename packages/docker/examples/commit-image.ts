import assert from "node:assert/strict";
import { startDockerEngine } from "@packerkit/cloud-sim";
import { dockerBuilder } from "@packerkit/docker";
import { runBuild } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";

const engine = await startDockerEngine({ unixSocket: true });

const artifact = await runBuild(dockerBuilder, {
  config: {
    docker_host: engine.dockerHost,
    image: "busybox:latest",
    pull: false,
    commit: true,
    changes: ["ENV GREETING=hello"],
  },
  provisioners: [
    async ({ communicator, signal }) => {
      await communicator.start({ command: "echo hello > /etc/motd" }, { signal });
    },
  ],
});
const { images } = await collectImages(artifact);

const [source, made] = engine
  .snapshot()
  .images.toSorted((a, b) => a.parent.localeCompare(b.parent));
assert.deepEqual(images, [
  {
    imageId: made?.id,
    providerName: "docker",
    providerRegion: "docker",
    sourceImageId: source?.id,
    labels: { PackerArtifactID: made?.id, ImageSha256: made?.id, SourceImageDigest: "" },
  },
]);
await artifact?.destroy();
assert.deepEqual(engine.snapshot().containers, []);
await engine.close();
