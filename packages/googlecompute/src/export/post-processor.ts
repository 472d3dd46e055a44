import { randomUUID } from "node:crypto";
import {
  definePostProcessor,
  type PostProcessContext,
  runSteps,
  type Step,
  type Ui,
} from "@packerkit/plugin-sdk";
import { ARTIFACT_STATE_URI, imagesFromState } from "@packerkit/registry-image";
import { BUILDER_ID } from "../artifact.ts";
import { readCredentials } from "../authentication.ts";
import { ComputeClient, type InstanceResource, type ZonalName } from "../client.ts";
import { endpointOf } from "../endpoints.ts";
import { GoogleComputeError } from "../errors.ts";
import { findImage } from "../find-image.ts";
import { instanceRequest, networkOf } from "../instance-request.ts";
import { type Made, make, notMade, unmake } from "../made.ts";
import { SCRIPT_STATUS, STARTUP_SCRIPT } from "../startup-script.ts";
import { untilScriptEnds } from "../steps/wait-for-startup-script.ts";
import { parseObjectPath, StorageClient } from "../storage-client.ts";
import { ExportArtifact } from "./artifact.ts";
import { type ExportConfig, exportConfigSchema } from "./config.ts";
import { EXPORT_SCRIPT, EXPORTED_DEVICE } from "./script.ts";

/** Artifacts that can be exported. */
const EXPORTABLE = [BUILDER_ID, "packer.post-processor.artifice"];

/** Google's project of the images that have its tools for exports. */
const WORKER_PROJECT = "compute-image-tools";

/** The image to export. */
interface Exported {
  name: string;
  /** Its URL, or its path. */
  reference: string;
  project: string;
  zone: string;
}

/** What the steps of one export share. */
interface State {
  readonly config: ExportConfig;
  readonly client: ComputeClient;
  readonly exported: Exported;
  readonly instance: Made & ZonalName;
}

/**
 * Exports an image to objects in buckets: an instance that has the image as its second disk writes them.
 *
 * Source of the behaviour: packer-plugin-googlecompute 1.2.7, `post-processor/googlecompute-export/post-processor.go`.
 */
export const googleComputeExport = definePostProcessor({
  config: exportConfigSchema,
  async run({ artifact, config, packer, signal, ui }) {
    const exported = await readArtifact(artifact, config);
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
    const { project, zone } = exported;
    const instance = { ...notMade(), project, zone, name: `packer-export-${randomUUID()}` };
    const state: State = { config, client, exported, instance };
    const { debug, onError } = packer;
    const steps = [checkBuckets(storage), exportImage(ui)];
    await runSteps(steps, state, { ui, signal, debug, onError });
    const generatedData = await artifact.state("generated_data");
    return { artifact: new ExportArtifact({ storage, paths: config.paths, generatedData }) };
  },
});

async function readArtifact(
  artifact: PostProcessContext<ExportConfig>["artifact"],
  config: ExportConfig,
): Promise<Exported> {
  const builderId = await artifact.builderId();
  if (!EXPORTABLE.includes(builderId)) {
    throw new GoogleComputeError(
      "BAD_ARTIFACT",
      `cannot export an artifact of ${builderId}; put googlecompute-export behind the builder googlecompute, or behind artifice`,
    );
  }
  const [name, project, buildZone] = await Promise.all(
    ["ImageName", "ProjectId", "BuildZone"].map((key) => artifact.state(key)),
  );
  const zone = config.zone ?? buildZone;
  if (!isText(name) || !isText(project) || !isText(zone)) {
    throw new GoogleComputeError(
      "BAD_ARTIFACT",
      "the artifact does not tell its image, its project and its zone; put googlecompute-export behind the builder googlecompute",
    );
  }
  const { images } = imagesFromState(await artifact.state(ARTIFACT_STATE_URI));
  const link = images.find(({ imageId }) => imageId === name)?.labels["self_link"];
  const reference = link || `projects/${project}/global/images/${name}`;
  return { name, reference, project, zone };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function checkBuckets(storage: StorageClient): Step<State> {
  return {
    name: "Check the buckets",
    async run({ config }) {
      const buckets = new Set(config.paths.map((path) => parseObjectPath(path)?.bucket ?? ""));
      await Promise.all([...buckets].map((bucket) => storage.requireBucket(bucket)));
    },
  };
}

function exportImage(ui: Ui): Step<State> {
  return {
    name: "Export the image",
    async run(state, signal) {
      const { client, config, exported, instance } = state;
      const wanted = { family: config.source_image_family };
      const worker = await findImage(client, wanted, [WORKER_PROJECT], signal);
      const request = requestFor(state, worker.selfLink);
      ui.say(`Exporting the image ${exported.name} to ${config.paths.join(", ")}`);
      const patience = { client, ui, signal, timeout: config.state_timeout };
      await make(instance, patience, () => client.createInstance(instance, request));
      ui.say(`The instance ${instance.name} exports it`);
      await untilScriptEnds(client, instance, signal);
    },
    async cleanUp({ client, instance }) {
      if (instance.mayExist) ui.say(`Deleting the instance ${instance.name}`);
      await unmake(instance, client, () => client.deleteInstance(instance));
    },
    leftBehind: ({ instance }) => (instance.mayExist ? [`instance ${instance.name}`] : []),
  };
}

/** The instance that exports. Both of its disks go with it. */
function requestFor({ config, exported, instance }: State, worker: string): InstanceResource {
  const { project, zone } = exported;
  const request = instanceRequest({
    name: instance.name,
    zone,
    machineType: config.machine_type,
    sourceImage: worker,
    disk: { name: instance.name, sizeGb: config.disk_size, type: config.disk_type },
    network: networkOf({ ...config, zone }, project),
    hasExternalAddress: !config.omit_external_ip,
    metadata: {
      [STARTUP_SCRIPT]: EXPORT_SCRIPT,
      [SCRIPT_STATUS]: "notdone",
      paths: config.paths.join(" "),
    },
    serviceAccount: { email: config.service_account_email, scopes: config.scopes },
  });
  const [boot] = request.disks ?? [];
  return {
    ...request,
    disks: [
      { ...boot, autoDelete: true },
      {
        type: "PERSISTENT",
        mode: "READ_WRITE",
        autoDelete: true,
        deviceName: EXPORTED_DEVICE,
        initializeParams: {
          sourceImage: exported.reference,
          diskName: `${instance.name}-disk`,
          diskType: `zones/${zone}/diskTypes/${config.disk_type}`,
        },
      },
    ],
  };
}
