import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { EbsVolumeArtifact, Ec2 } from "../src/index.ts";

// How long an artifact of 30 regions with 100 volumes each takes to answer its metadata.

const REGIONS = 30;
const VOLUMES = 100;
const ROUNDS = 5;
const CALLS = 200;

const ids = (region: number) =>
  Array.from({ length: VOLUMES }, (_, index) => `vol-${(region * VOLUMES + index).toString(16)}`);
const volumes = Object.fromEntries(
  Array.from({ length: REGIONS }, (_, region) => [`region-${region}`, ids(region)]),
);
const artifact = new EbsVolumeArtifact({
  ec2: new Ec2({ assume_role: undefined, max_retries: 1 } as ConstructorParameters<typeof Ec2>[0]),
  volumes,
  snapshots: {},
  generatedData: { SourceAMI: "ami-0abcdef0" },
});

let best = Number.POSITIVE_INFINITY;
for (let round = 0; round < ROUNDS; round++) {
  const began = performance.now();
  for (let call = 0; call < CALLS; call++) artifact.state(ARTIFACT_STATE_URI);
  best = Math.min(best, (performance.now() - began) / CALLS);
}
const images = artifact.state(ARTIFACT_STATE_URI) as unknown[];
console.log(
  `amazon, the state of ${images.length} volumes, ms, best of ${ROUNDS}: ${best.toFixed(3)}`,
);
