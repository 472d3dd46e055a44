import type { TestVCenter } from "@packerkit/vsphere/test/contract";
import { prepareVCenter } from "@packerkit/vsphere/test/contract";
import { describeFailure, type RunningCommand, startCommand } from "../../src/command.ts";
import { buildGoPeer } from "../../src/go-peer.ts";
import { PeerError } from "../../src/peer-error.ts";

/** How to start a vcsim. */
export interface VcsimOptions {
  /** How long each call takes, in milliseconds. Default: 0. */
  delay?: number;
  /** The number of machines in each resource pool. Default: 1. */
  machines?: number;
}

const username = "administrator@vsphere.local";
const password = "a password & <more>";

/** Starts VMware's own vCenter simulator, with a template and a content library as the contract wants them. */
export async function startVcsim({
  delay = 0,
  machines = 1,
}: VcsimOptions = {}): Promise<TestVCenter> {
  const program = await buildGoPeer("vcsim");
  const command = startCommand(program, [
    ...["-l", "127.0.0.1:0", "-dc", "2", "-pool", "1", "-vm", String(machines)],
    ...["-username", username, "-password", password, "-delay", String(delay)],
  ]);
  const end = async () => {
    command.kill("SIGTERM");
    await command;
  };
  try {
    const server = await firstLine(command);
    const vcenter: TestVCenter = {
      server,
      username,
      password,
      datacenter: "DC0",
      otherDatacenter: "DC1",
      cluster: "DC0_C0",
      clusterHost: "DC0_C0_H1",
      host: "DC0_H0",
      pool: "DC0_C0_RP1",
      datastore: "LocalDS_0",
      network: "VM Network",
      portgroup: "DC0_DVPG0",
      template: "DC0_H0_VM0",
      templateFolder: "",
      library: "library",
      lacks: ["exports"],
      [Symbol.asyncDispose]: end,
    };
    await prepareVCenter(vcenter);
    return vcenter;
  } catch (error) {
    await end();
    throw error;
  }
}

/** What it prints first: where it listens. Its output is read on to its end: a closed pipe would end it. */
async function firstLine(command: RunningCommand): Promise<string> {
  let text = "";
  const line = new Promise<string>((resolve) => {
    command.stdout.on("data", (chunk: Buffer) => {
      text += chunk;
      const [first, ...rest] = text.split("\n");
      if (first !== undefined && rest.length > 0) resolve(first);
    });
  });
  const ended = command.then((result) => {
    throw new PeerError("PEER_NOT_READY", "vcsim", `ended early: ${describeFailure(result)}`);
  });
  return await Promise.race([line, ended]);
}
