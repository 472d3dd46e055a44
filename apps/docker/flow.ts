import { startDockerEngine } from "@packerkit/cloud-sim";
import { type Backend, defineFlow } from "@packerkit/demo";
import { BUILDER_ID_IMPORT, dockerBuilder, Engine, readEngineAddress } from "@packerkit/docker";

const IMAGE = "busybox:latest";

/** How long a real engine may take to say that it is there, in milliseconds. */
const PATIENCE = 3_000;

/** Commits an image on a real Docker Engine where one answers, else on an embedded one. */
export default defineFlow({
  name: "docker",
  builder: dockerBuilder,
  async open(signal) {
    const engine = new Engine(readEngineAddress(undefined));
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
    const version = await engine.version({ signal: patience }).catch(() => undefined);
    signal.throwIfAborted();
    if (version?.Os !== "linux") return await openEmbedded(engine.address);
    const isPresent = (await engine.inspectImage(IMAGE, { signal })) !== undefined;
    return {
      ...shared,
      kind: "real",
      description: `Docker Engine ${version.Version} at ${engine.address}`,
      config: { docker_host: engine.address, image: IMAGE, pull: !isPresent, commit: true },
      close: async () => {},
    };
  },
});

async function openEmbedded(tried: string): Promise<Backend> {
  const standIn = await startDockerEngine({ unixSocket: true });
  return {
    ...shared,
    kind: "embedded",
    description: `the stand-in at ${standIn.dockerHost}; no real engine answers at ${tried}`,
    config: { docker_host: standIn.dockerHost, image: IMAGE, pull: false, commit: true },
    close: () => standIn.close(),
  };
}

const SHA256 = /^sha256:[0-9a-f]{64}$/;

const shared = {
  provisioners: [
    async ({ communicator, signal }) => {
      const command = "echo made by a provisioner > /etc/motd";
      const status = await communicator.start({ command }, { signal });
      if (status !== 0) throw new Error(`the provisioner's command exited with ${status}`);
    },
  ],
  expectations: {
    builderId: BUILDER_ID_IMPORT,
    provider: "docker",
    imageId: SHA256,
    region: /^docker$/,
    sourceId: SHA256,
    labels: ["ImageSha256", "PackerArtifactID", "SourceImageDigest"],
  },
  childConfig: ({ images: [base] }) => ({ image: base.imageId, pull: false }),
} satisfies Pick<Backend, "provisioners" | "expectations" | "childConfig">;
