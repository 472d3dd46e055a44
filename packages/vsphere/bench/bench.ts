import { startVSphere, type VSphereStandIn } from "@packerkit/cloud-sim";
import { VimSession } from "../src/index.ts";
import { findDatacenter } from "../src/inventory/datacenter.ts";
import { findVirtualMachine } from "../src/inventory/virtual-machines.ts";

// How long it takes to find a template by its path, in a small inventory and in a large one, in turn.

const ROUNDS = 5;
const LOOK_UPS = 100;
const SIZES = [2, 10_000];

interface Site {
  readonly standIn: VSphereStandIn;
  readonly session: VimSession;
  best: number;
}

const sites: Site[] = [];
for (const size of SIZES) {
  const standIn = await startVSphere({ machines: size / 2 });
  const { server, username, password } = standIn;
  const session = new VimSession({ server, username, password, insecure: true });
  sites.push({ standIn, session, best: Number.POSITIVE_INFINITY });
}
for (let round = 0; round < ROUNDS; round++) {
  for (const site of sites) site.best = Math.min(site.best, await timeOfLookUp(site.session));
}
const [small, large] = sites.map(({ best }) => best);
console.log(
  `vsphere, a look-up by path, ms, best of ${ROUNDS}: ${large?.toFixed(2)} among 10,000 machines : ${small?.toFixed(2)} among 2 = ${((large ?? 0) / (small ?? 1)).toFixed(2)}`,
);
for (const { session, standIn } of sites) {
  await session.signOut();
  await standIn.close();
}

/** The mean of many, in milliseconds. */
async function timeOfLookUp(session: VimSession): Promise<number> {
  const datacenter = await findDatacenter(session, "east");
  const began = performance.now();
  for (let count = 0; count < LOOK_UPS; count++) {
    await findVirtualMachine(session, datacenter, "templates/debian-12", "template");
  }
  return (performance.now() - began) / LOOK_UPS;
}
