import {
  definePostProcessor,
  type PostProcessContext,
  runSteps,
  type Step,
  type Ui,
} from "@packerkit/plugin-sdk";
import { readCredentials } from "../authentication.ts";
import { ComputeClient } from "../client.ts";
import { endpointOf } from "../endpoints.ts";
import { GoogleComputeError } from "../errors.ts";
import { imageRequest } from "../image-request.ts";
import { notMade } from "../made.ts";
import {
  leftBehindImage,
  makeImage,
  type NewImage,
  requireFreeName,
  unmakeImage,
} from "../new-image.ts";
import { type ObjectName, objectPath, StorageClient } from "../storage-client.ts";
import { ImportArtifact } from "./artifact.ts";
import { type ImportConfig, importConfigSchema } from "./config.ts";

/** Artifacts that can be imported. */
const IMPORTABLE = ["packer.post-processor.compress", "packer.post-processor.artifice"];

/** What the steps of one import share and fill in turn. */
interface State {
  readonly config: ImportConfig;
  readonly client: ComputeClient;
  readonly storage: StorageClient;
  /** The archive on this machine. */
  readonly archive: string;
  readonly object: ObjectName & { mayExist: boolean };
  readonly image: NewImage;
  /** The URL of the uploaded archive. */
  source?: string;
  /** The URL of the image. */
  selfLink?: string;
}

/**
 * Makes an image of an archive that holds a disk: uploads it to a bucket, and removes it there afterwards.
 *
 * Source of the behaviour: packer-plugin-googlecompute 1.2.7, `post-processor/googlecompute-import/post-processor.go`.
 */
export const googleComputeImport = definePostProcessor({
  config: importConfigSchema,
  async run({ artifact, config, packer, signal, ui }) {
    const archive = await archiveOf(artifact);
    const access = {
      credentials: readCredentials(config),
      universeDomain: config.universe_domain,
    };
    const client = await ComputeClient.connect({
      ...access,
      endpoint: endpointOf(config, "compute"),
    });
    const storage = await StorageClient.connect({
      ...access,
      endpoint: endpointOf(config, "storage"),
    });
    const seconds = Math.floor(Date.now() / 1000);
    const name = config.gcs_object_name ?? `packer-import-${seconds}.tar.gz`;
    const object = { bucket: config.bucket, name, mayExist: false };
    const image = { ...notMade(), project: config.project_id, name: config.image_name };
    const state: State = { config, client, storage, archive, object, image };
    const { debug, force, onError } = packer;
    const steps = [checkNames(force), uploadArchive(ui), createImage(ui, force)];
    await runSteps(steps, state, { ui, signal, debug, onError });
    return {
      artifact: new ImportArtifact({
        client,
        project: image.project,
        name: image.name,
        selfLink: state.selfLink ?? "",
        generatedData: await artifact.state("generated_data"),
      }),
    };
  },
});

async function archiveOf(artifact: PostProcessContext<ImportConfig>["artifact"]): Promise<string> {
  const builderId = await artifact.builderId();
  if (!IMPORTABLE.includes(builderId)) {
    throw new GoogleComputeError(
      "BAD_ARTIFACT",
      `cannot import an artifact of ${builderId}; put googlecompute-import behind compress or artifice`,
    );
  }
  const files = await artifact.files();
  const archive = files.find((file) => file.endsWith(".tar.gz"));
  if (archive !== undefined) return archive;
  throw new GoogleComputeError(
    "BAD_ARTIFACT",
    `none of the artifact's files is a .tar.gz (${files.join(", ") || "it has none"}); have compress write one`,
  );
}

function checkNames(isForced: boolean): Step<State> {
  return {
    name: "Check the target",
    async run({ client, image, storage, object }, signal) {
      await storage.requireBucket(object.bucket);
      if (await storage.has(object)) {
        throw new GoogleComputeError(
          "ALREADY_EXISTS",
          `there is ${objectPath(object)} already; choose another gcs_object_name, or delete it`,
        );
      }
      await requireFreeName(client, image, isForced, signal);
    },
  };
}

function uploadArchive(ui: Ui): Step<State> {
  return {
    name: "Upload the archive",
    async run(state, signal) {
      const { archive, object, storage } = state;
      ui.say(`Uploading ${archive} to ${objectPath(object)}`);
      object.mayExist = true;
      state.source = await storage.upload(object, archive, ui, signal);
    },
    async cleanUp({ config, object, storage }, outcome) {
      if (!object.mayExist || (config.skip_clean && outcome === "succeeded")) return;
      ui.say(`Deleting ${objectPath(object)}`);
      await storage.delete(object);
      object.mayExist = false;
    },
    leftBehind: ({ object }) => (object.mayExist ? [objectPath(object)] : []),
  };
}

function createImage(ui: Ui, isForced: boolean): Step<State> {
  return {
    name: "Create the image",
    async run(state, signal) {
      const { client, config, image, source = "" } = state;
      const request = { ...(await imageRequest(image.name, config)), rawDisk: { source } };
      const patience = { client, ui, signal, timeout: config.state_timeout };
      const made = await makeImage(image, request, isForced, patience);
      state.selfLink = made.selfLink ?? "";
    },
    async cleanUp({ client, image }, outcome) {
      if (outcome !== "succeeded") await unmakeImage(image, { client, ui });
    },
    leftBehind: ({ image }) => leftBehindImage(image),
  };
}
