import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { notMade } from "../made.ts";
import { findSource } from "../source.ts";

/** Finds the image that the machine starts from. */
export function findSourceImage(ui: Ui): Step<BuildState> {
  return {
    name: "Find the source image",
    async run(state, signal) {
      const { client, config, group, location, names } = state;
      const source = await findSource(client, config, location, signal);
      state.source = source;
      state.sourceDisks = source.diskPlaces.map((place) => {
        const disk = [`${names.dataDisk}-source-${place}`];
        return notMade(
          client.idOf({ group: group.name, type: "Microsoft.Compute/disks", names: disk }),
        );
      });
      ui.say(`Using the image ${source.name}`);
    },
  };
}
