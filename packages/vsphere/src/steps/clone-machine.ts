import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import type { CloneConfig } from "../config/clone.ts";
import { VSphereError } from "../errors.ts";
import { configSpecXml } from "../hardware/config-spec.ts";
import { resizedDisk } from "../hardware/disks.ts";
import { findVirtualMachine } from "../inventory/virtual-machines.ts";
import { propertiesOf } from "../vim25/property-collector.ts";
import { type ManagedObjectReference, referenceXml } from "../vim25/reference.ts";
import { cloneSpecXml, devicesOf } from "../vim25/virtual-machine.ts";
import { makeMachine, prepareName, removeMachine, TOKEN_KEY } from "./make-machine.ts";

/** Clones the template or machine that the settings name. */
export function cloneMachine(build: Build<CloneConfig>): Step<BuildState> {
  const { config, session, ui, token } = build;
  return {
    name: "Clone machine",
    async run(state, signal) {
      const { datacenter, compute, datastore } = made(state, "place");
      const source = await findVirtualMachine(
        session,
        datacenter,
        config.template,
        "template",
        signal,
      );
      const snapshot = config.linked_clone
        ? await latestSnapshot(source.reference, signal)
        : undefined;
      const deviceChange =
        config.disk_size > 0
          ? [resizedDisk(await devicesOf(session, source.reference, signal), config.disk_size)]
          : [];
      const folder = await prepareName(build, state, signal);
      ui.say(`Cloning ${source.path} as ${config.vm_name}`);
      const spec = cloneSpecXml({
        datastore: datastore.reference,
        pool: compute.pool,
        host: compute.host,
        snapshot,
        config: configSpecXml({ deviceChange, extraConfig: { [TOKEN_KEY]: token } }),
      });
      const parameters = { folder: referenceXml(folder), name: config.vm_name, spec };
      const asked = { method: "CloneVM_Task", self: source.reference, parameters };
      await makeMachine(build, state, asked, signal);
    },
    async cleanUp(state, outcome) {
      if (outcome !== "succeeded") await removeMachine(build, state);
    },
    leftBehind: ({ making }) => (making === undefined ? [] : [`virtual machine ${config.vm_name}`]),
  };

  async function latestSnapshot(
    source: ManagedObjectReference,
    signal: AbortSignal,
  ): Promise<ManagedObjectReference> {
    const properties = await propertiesOf(session, source, ["snapshot"], { signal });
    const snapshot = properties.get("snapshot")?.child("currentSnapshot")?.reference;
    if (snapshot !== undefined) return snapshot;
    throw new VSphereError(
      "UNSUITABLE",
      `${config.template} has no snapshot for a linked clone to start from; take one, or leave out linked_clone`,
    );
  }
}
