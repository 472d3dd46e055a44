import type { LaunchPermission } from "@aws-sdk/client-ec2";
import type { Step } from "@packerkit/plugin-sdk";
import { templateData } from "../build-state.ts";
import { type EbsState, finalImages } from "../ebs-state.ts";
import type { Ec2Region } from "../ec2-region.ts";
import type { RemovableImage } from "../images.ts";
import { failuresOf, joinErrors } from "../many.ts";
import { shareSnapshot } from "../share-snapshot.ts";
import { renderTags } from "../template.ts";

/**
 * Deprecates, shares and tags the images and their snapshots, all regions at once.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/step_modify_ami_attributes.go`, `step_enable_deprecation.go`,
 * `step_create_tags.go`.
 */
export const finishImages: Step<EbsState> = {
  name: "Tag and share images",
  async run(state, signal) {
    const failures = await failuresOf([...finalImages(state)], async ([region, image]) => {
      await finish(state, state.ec2.region(region), image, signal);
    });
    signal.throwIfAborted();
    if (failures.length === 0) return;
    const names = failures.map(({ item: [region, { id }] }) => `${id} in ${region}`).join(", ");
    const errors = failures.map(({ error }) => error);
    throw joinErrors("REFUSED", `the images ${names} could not be tagged and shared`, errors);
  },
};

async function finish(
  state: EbsState,
  region: Ec2Region,
  image: RemovableImage,
  signal: AbortSignal,
): Promise<void> {
  const { config } = state;
  await Promise.all([
    tagImage(state, region, image, signal),
    modifyImage(state, region, image, signal),
    config.deprecate_at === undefined
      ? undefined
      : region.deprecateImage(image.id, new Date(config.deprecate_at), { signal }),
    ...image.snapshotIds.map((id) => shareSnapshot(region, id, config, { signal })),
  ]);
}

async function tagImage(
  state: EbsState,
  region: Ec2Region,
  { id, snapshotIds }: RemovableImage,
  signal: AbortSignal,
): Promise<void> {
  const data = templateData(state);
  const tags = renderTags(state.imageTags, data);
  const snapshotTags = renderTags(state.snapshotTags, data);
  if (Object.keys(tags).length > 0) await region.tag([id, ...snapshotIds], tags, { signal });
  if (Object.keys(snapshotTags).length > 0 && snapshotIds.length > 0) {
    await region.tag(snapshotIds, snapshotTags, { signal });
  }
}

/** One call for each attribute: the API changes one at a time. */
async function modifyImage(
  { config }: EbsState,
  region: Ec2Region,
  { id }: RemovableImage,
  signal: AbortSignal,
): Promise<void> {
  const permissions: LaunchPermission[] = [
    ...config.ami_users.map((UserId) => ({ UserId })),
    ...config.ami_groups.map((Group) => ({ Group: Group as "all" })),
    ...config.ami_org_arns.map((OrganizationArn) => ({ OrganizationArn })),
    ...config.ami_ou_arns.map((OrganizationalUnitArn) => ({ OrganizationalUnitArn })),
  ];
  const changes = [
    ...(permissions.length === 0 ? [] : [{ LaunchPermission: { Add: permissions } }]),
    ...(config.ami_product_codes.length === 0 ? [] : [{ ProductCodes: config.ami_product_codes }]),
    ...(config.imds_support === undefined ? [] : [{ ImdsSupport: { Value: config.imds_support } }]),
  ];
  for (const change of changes) await region.modifyImage({ ImageId: id, ...change }, { signal });
}
