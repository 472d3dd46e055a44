import type { Step } from "@packerkit/plugin-sdk";
import { type EbsState, imageRegions } from "../ebs-state.ts";
import { AmazonError } from "../errors.ts";

/**
 * Checks that the regions exist, and that no image of them has the name: before anything is made.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/step_pre_validate.go`, which looks only at the region of the build.
 */
export const checkNames: Step<EbsState> = {
  name: "Check names",
  async run(state, signal) {
    const { config } = state;
    await Promise.all([
      config.skip_region_validation ? undefined : checkRegions(state, signal),
      config.skip_create_ami ? undefined : checkImageName(state, signal),
    ]);
  },
};

async function checkRegions({ config, home }: EbsState, signal: AbortSignal): Promise<void> {
  if (config.ami_regions.length === 0) return;
  const known = await home.regions({ signal });
  const unknown = config.ami_regions.filter((region) => !known.includes(region));
  if (unknown.length === 0) return;
  throw new AmazonError(
    "REGION_UNKNOWN",
    `the account has no region ${unknown.join(", ")}; it has ${known.join(", ")}: check ami_regions, or set skip_region_validation`,
  );
}

async function checkImageName(state: EbsState, signal: AbortSignal): Promise<void> {
  const { config, ec2, packer } = state;
  if (packer.force || config.force_deregister) return;
  const name = config.ami_name;
  const taken = await Promise.all(
    imageRegions(state).map(async (region) => {
      const query = { owners: ["self"], filters: { name: [name] } };
      const images = await ec2.region(region).images(query, { signal });
      return images.map(({ id }) => `${id} in ${region}`);
    }),
  );
  if (taken.flat().length === 0) return;
  throw new AmazonError(
    "NAME_TAKEN",
    `an image is named ${JSON.stringify(name)} already: ${taken.flat().join(", ")}; choose another ami_name, or replace it with force_deregister or -force`,
  );
}
