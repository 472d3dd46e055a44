import type { Step } from "@packerkit/plugin-sdk";
import type { AmiImage } from "../answers.ts";
import { instanceOf, templateData } from "../build-state.ts";
import type { Input } from "../client.ts";
import { type EbsState, isIntermediary } from "../ebs-state.ts";
import { AmazonError } from "../errors.ts";
import { type MadeImage, removeUnfinishedImage, waitForImage } from "../images.ts";
import { deviceMapping } from "../instance-request.ts";
import { canTagNewImages, make, tagSpecifications } from "../making.ts";
import { findMade } from "../pace.ts";
import { renderTags, renderTemplate } from "../template.ts";

/** Makes an image of the stopped instance. Source: packer-plugin-amazon 1.8.2, `builder/ebs/step_create_ami.go`. */
export const createImage: Step<EbsState> = {
  name: "Create image",
  async run(state, signal) {
    const { built, ec2, home, ui } = state;
    const request = imageRequest(state);
    ui.say(`Creating the image ${request.Name}`);
    const id = await make(built, () => home.createImage(request, { signal })).catch(
      async (error: unknown) => {
        // An earlier attempt may have made it, and its answer was lost.
        const [image] = isDuplicate(error) ? await ownImages(state) : [];
        if (image === undefined) throw error;
        return image.id;
      },
    );
    built.image = { id, snapshotIds: [] };
    ui.say(`Waiting for the image ${id}`);
    built.image.snapshotIds = (await waitForImage(home, ec2.pace, id, signal)).snapshotIds;
  },
  async cleanUp(state, outcome) {
    const { built, home, ui } = state;
    if (!built.asked || (outcome === "succeeded" && !isIntermediary(state))) return;
    for (const image of await builtImages(state)) {
      ui.say(`Removing the image ${image.id} and its snapshots`);
      await removeUnfinishedImage(home, image, state.foreignSnapshots);
    }
    delete built.image;
  },
  leftBehind: ({ built, home }) => describeLeft(built, home.name, "the image"),
};

function imageRequest(state: EbsState): Input<"CreateImage"> {
  const { config, home, token } = state;
  const data = templateData(state);
  const description = renderTemplate(config.ami_description, data);
  const tags = config.skip_ami_run_tags ? {} : renderTags(state.runTags, data);
  return {
    InstanceId: instanceOf(state).id,
    Name: isIntermediary(state) ? `packer-${token}` : config.ami_name,
    ...(description === "" ? {} : { Description: description }),
    ...(config.ami_block_device_mappings.length === 0
      ? {}
      : { BlockDeviceMappings: config.ami_block_device_mappings.map(deviceMapping) }),
    ...(canTagNewImages(home.name) ? tagSpecifications(tags, "image", "snapshot") : {}),
  };
}

/** The images that were made of this build's instance. */
async function ownImages(state: EbsState): Promise<AmiImage[]> {
  const { built, ec2, home } = state;
  const filters = { "source-instance-id": [instanceOf(state).id] };
  return await findMade(built.isUncertain, ec2.pace, () =>
    home.images({ owners: ["self"], filters }),
  );
}

async function builtImages(state: EbsState): Promise<{ id: string; snapshotIds: string[] }[]> {
  const { built } = state;
  if (built.image !== undefined) return [built.image];
  return built.isUncertain ? await ownImages(state) : [];
}

/** What is left of an image, for people. */
export function describeLeft(made: MadeImage, region: string, what: string): string[] {
  if (!made.asked) return [];
  if (made.image === undefined) return made.isUncertain ? [`perhaps ${what} in ${region}`] : [];
  const { id, snapshotIds } = made.image;
  return [`image ${id} in ${region}`, ...snapshotIds.map((snapshot) => `snapshot ${snapshot}`)];
}

function isDuplicate(error: unknown): boolean {
  return error instanceof AmazonError && error.awsCode === "InvalidAMIName.Duplicate";
}
