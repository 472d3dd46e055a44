import { describeFailure } from "../src/command.ts";
import { BASE_IMAGE } from "../src/docker-engine.ts";
import { writeTemplate } from "../src/template.ts";
import type { DockerPlugins } from "./docker-plugins.ts";

const TEMPLATE = `source "docker" "web" {
  image  = "${BASE_IMAGE}"
  pull   = false
  commit = true
}
build {
  sources = ["source.docker.web"]
  provisioner "shell" { inline = ["echo hello > /etc/motd"] }
}
`;

/** What a commit build with one shell provisioner took with each plugin, in milliseconds. */
export interface BuildTimes {
  official: number[];
  ours: number[];
}

/** Builds the same template with both plugins in turn. The first round, which fills caches, does not count. */
export async function measureBuilds(plugins: DockerPlugins, rounds: number): Promise<BuildTimes> {
  const times: BuildTimes = { official: [], ours: [] };
  for (let round = 0; round <= rounds; round++) {
    for (const which of ["official", "ours"] as const) {
      const { env, [which]: packer } = plugins;
      const made = await writeTemplate(packer, TEMPLATE);
      const began = performance.now();
      const result = await made.packer("build", [], { ...env });
      const took = performance.now() - began;
      if (result.failed) throw new Error(describeFailure(result));
      if (round > 0) times[which].push(took);
    }
  }
  await plugins.engine.client.pruneImages();
  return times;
}

/** One line for people, with the ratio of the medians. */
export function describeBuilds({ official, ours }: BuildTimes): string {
  const [theirs, own] = [median(official), median(ours)];
  return `docker, packer build with one shell provisioner, median ms of ${ours.length}, ours : official: ${own.toFixed(0)} : ${theirs.toFixed(0)} = ${(own / theirs).toFixed(2)}`;
}

function median(values: readonly number[]): number {
  return (
    values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
  );
}
