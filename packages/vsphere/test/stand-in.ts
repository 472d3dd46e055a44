import { startVSphere, type VSphereOptions, type VSphereStandIn } from "@packerkit/cloud-sim";
import type { TestVCenter } from "./backend.ts";

/** Starts the embedded stand-in as a vCenter to test against. */
export async function openStandIn(options: VSphereOptions = {}): Promise<TestVCenter> {
  return asTestVCenter(await startVSphere({ taskMs: 1, installMs: 2, ...options }));
}

/** A stand-in as a vCenter to test against. */
export function asTestVCenter(standIn: VSphereStandIn): TestVCenter {
  const { server, username, password } = standIn;
  return {
    server,
    username,
    password,
    datacenter: "east",
    otherDatacenter: "west",
    cluster: "cluster-1",
    clusterHost: "esx-2",
    host: "esx-9",
    pool: "images/linux",
    datastore: "datastore1",
    fullDatastore: "full",
    network: "VM Network",
    portgroup: "web",
    template: "debian-12",
    templateFolder: "templates",
    library: "east-library",
    installs: true,
    inventory() {
      const { machines, files, libraryItems } = standIn.snapshot();
      return { machines, files, libraryItems };
    },
    [Symbol.asyncDispose]: () => standIn.close(),
  };
}
