import { randomUUID } from "node:crypto";
import {
  type BuildContext,
  defineBuilder,
  provisionStep,
  runSteps,
  type Step,
} from "@packerkit/plugin-sdk";
import { HappyCloudArtifact } from "./artifact.ts";
import {
  HappyCloudClient,
  HappyCloudError,
  type Image,
  type Instance,
  type Region,
} from "./client.ts";
import { HappyCloudCommunicator } from "./communicator.ts";
import { type Config, config } from "./config.ts";

/** What the steps of a build hand on to one another. */
interface State {
  region?: Region;
  source?: Image;
  instance?: Instance;
  image?: Image;
}

export const happyCloudBuilder = defineBuilder({
  config,
  generatedData: ["SourceImageId", "SourceImageName"],
  async run(context) {
    const client = new HappyCloudClient(context.config.api_url, context.config.token);
    const state: State = {};
    await runSteps(steps(context, client), state, {
      ui: context.ui,
      signal: context.signal,
      onError: context.packer.onError,
      debug: context.packer.debug,
    });
    const { image, region } = made(state);
    return new HappyCloudArtifact(client, image, region, generatedData(state));
  },
});

function steps(context: BuildContext<Config>, client: HappyCloudClient): Step<State>[] {
  return [
    findSourceImage(context, client),
    startInstance(context, client),
    provisionStep(context, (state) => {
      const { instance } = made(state);
      const communicator = new HappyCloudCommunicator(client, instance.id);
      return { communicator, id: instance.id, data: generatedData(state) };
    }),
    stopInstance(context, client),
    createImage(context, client),
  ];
}

function findSourceImage(
  { config, ui, packer }: BuildContext<Config>,
  client: HappyCloudClient,
): Step<State> {
  return {
    name: "Find source image",
    async run(state, signal) {
      const regions = await client.regions(signal);
      state.region = regions.find(({ id }) => id === config.region);
      if (state.region === undefined) {
        const known = regions.map(({ id }) => id).join(", ");
        throw new HappyCloudError(
          "region_not_found",
          `there is no region "${config.region}"; the regions are ${known}`,
        );
      }
      const images = await client.images({ region: config.region }, signal);
      state.source = images.find(({ id, name }) => [id, name].includes(config.source_image));
      if (state.source === undefined) {
        throw new HappyCloudError(
          "image_not_found",
          `there is no image "${config.source_image}" in ${config.region}; check the attribute source_image`,
        );
      }
      if (!packer.force && images.some(({ name }) => name === config.image_name)) {
        throw new HappyCloudError(
          "image_name_taken",
          `${config.region} has an image "${config.image_name}" already; choose another image_name, or replace it with -force`,
        );
      }
      ui.say(`Found the source image ${state.source.name} (${state.source.id})`);
    },
  };
}

function startInstance(
  { config, ui }: BuildContext<Config>,
  client: HappyCloudClient,
): Step<State> {
  const token = randomUUID();
  return {
    name: "Start instance",
    async run(state, signal) {
      ui.say("Starting an instance");
      const body = { region: config.region, image_id: made(state).source.id, client_token: token };
      state.instance = await client.createInstance(body);
      await client.waitForInstance(state.instance.id, "running", signal);
      ui.say(`The instance ${state.instance.id} runs`);
    },
    async cleanUp() {
      // By the token, not by the id: the answer that had the id may have been lost.
      for (const { id } of await client.instances({ client_token: token })) {
        ui.say(`Deleting the instance ${id}`);
        await client.deleteInstance(id);
      }
    },
    leftBehind: ({ instance }) => [`instance ${instance?.id ?? `with the client token ${token}`}`],
  };
}

function stopInstance({ ui }: BuildContext<Config>, client: HappyCloudClient): Step<State> {
  return {
    name: "Stop instance",
    async run(state, signal) {
      const { instance } = made(state);
      ui.say(`Stopping the instance ${instance.id}`);
      await client.stopInstance(instance.id, signal);
      await client.waitForInstance(instance.id, "stopped", signal);
    },
  };
}

function createImage(
  { config, ui, packer }: BuildContext<Config>,
  client: HappyCloudClient,
): Step<State> {
  const token = randomUUID();
  const { labels, image_name: name, region } = config;
  return {
    name: "Create image",
    async run(state, signal) {
      if (packer.force) {
        for (const old of await client.images({ region, name }, signal)) {
          ui.say(`Deleting the image ${old.id}, which has the name ${name}`);
          await client.deleteImage(old.id);
        }
      }
      ui.say(`Creating the image ${name}`);
      const body = { name, instance_id: made(state).instance.id, labels, client_token: token };
      state.image = await client.createImage(body);
      signal.throwIfAborted();
    },
    async cleanUp(_, outcome) {
      if (outcome === "succeeded") return;
      for (const { id } of await client.images({ client_token: token })) {
        ui.say(`Deleting the image ${id}`);
        await client.deleteImage(id);
      }
    },
    leftBehind: ({ image }) => [`image ${image?.id ?? name}`],
  };
}

/** What provisioners and post-processors may read. */
function generatedData({ source }: State): Record<string, string> {
  return { SourceImageId: source?.id ?? "", SourceImageName: source?.name ?? "" };
}

/** The state, whose parts are all there by the time that they are needed. */
function made(state: State): Required<State> {
  return state as Required<State>;
}
