import { definePostProcessor, runSteps, type Step, type Ui } from "@packerkit/plugin-sdk";
import { z } from "zod";
import { connectionFields } from "../config/connection.ts";
import { VSphereError } from "../errors.ts";
import { type Datacenter, findDatacenter } from "../inventory/datacenter.ts";
import { makeFolders } from "../inventory/folders.ts";
import { findVirtualMachine } from "../inventory/virtual-machines.ts";
import { propertiesOf } from "../vim25/property-collector.ts";
import { type ManagedObjectReference, referenceXml } from "../vim25/reference.ts";
import { findChild } from "../vim25/search-index.ts";
import { VimSession } from "../vim25/session.ts";
import { snapshotsOf } from "../vim25/snapshots.ts";
import { runTask, waitForRunningTasks } from "../vim25/tasks.ts";
import {
  createSnapshot,
  destroyVirtualMachine,
  markAsTemplate,
  waitForPowerOff,
} from "../vim25/virtual-machine.ts";
import { type InputMachine, readInputMachine } from "./input-machine.ts";
import { renamedArtifact } from "./renamed-artifact.ts";

const { vcenter_server: server, username, password, datacenter } = connectionFields;

const schema = z
  .strictObject({
    host: server,
    username,
    password,
    insecure: connectionFields.insecure_connection,
    datacenter,
    template_name: z.string().default("").describe("The template's name. Default: the machine's."),
    folder: z
      .string()
      .default("")
      .describe(
        "The folder for the template, as a path below the datacenter's. Made where missing.",
      ),
    snapshot_enable: z.boolean().default(false).describe("Take a snapshot first."),
    snapshot_name: z.string().default("").describe("The snapshot's name."),
    snapshot_description: z.string().default("").describe("The snapshot's description."),
    reregister_vm: z
      .boolean()
      .default(true)
      .describe("Give the template its name and folder; else the machine keeps both."),
  })
  .superRefine((config, context) => {
    if (config.snapshot_enable && config.snapshot_name === "") {
      const message = "is needed with snapshot_enable; name the snapshot";
      context.addIssue({ code: "custom", path: ["snapshot_name"], message });
    }
  });

type Config = z.output<typeof schema>;

/** What the steps of one run share. */
interface TemplateState {
  readonly session: VimSession;
  readonly ui: Ui;
  readonly config: Config;
  readonly input: InputMachine;
  readonly force: boolean;
  datacenter?: Datacenter;
  vm?: ManagedObjectReference;
  /** The folder and the name that the machine had before. */
  before?: { readonly folder: ManagedObjectReference; readonly name: string };
  /** The snapshots that the machine had before, by id. */
  snapshotsBefore?: ReadonlySet<string>;
}

/**
 * Makes a machine that a builder left a template. The machine is moved, renamed and marked; the official
 * post-processor takes it out of the inventory and registers its files anew, to the same end.
 *
 * Source of the behaviour: packer-plugin-vsphere 2.0.0, `post-processor/vsphere-template`.
 */
export const vsphereTemplate = definePostProcessor({
  config: schema,

  async run({ config, artifact, packer, ui, signal }) {
    const input = await readInputMachine(artifact);
    const { host: server, insecure, username, password } = config;
    const session = new VimSession({ server, insecure, username, password });
    const state: TemplateState = { session, ui, config, input, force: packer.force };
    await runSteps(steps(config), state, { ui, signal, onError: packer.onError });
    const name = config.reregister_vm ? config.template_name : "";
    const result = name === "" || name === input.name ? artifact : renamedArtifact(artifact, name);
    return { artifact: result, keep: true, force: true };
  },
});

function steps(config: Config): Step<TemplateState>[] {
  return [
    findMachine,
    ...(config.snapshot_enable ? [takeSnapshot] : []),
    ...(config.reregister_vm ? [moveMachine, renameMachine] : []),
    markMachine,
  ];
}

/** How long the machine may still take to power off, in milliseconds. */
const POWER_OFF_LIMIT = 60_000;

const findMachine: Step<TemplateState> = {
  name: "Find machine",
  async run(state, signal) {
    const { config, input, session, ui } = state;
    state.datacenter = await findDatacenter(session, config.datacenter, signal);
    const path = input.folder === undefined ? input.name : `${input.folder}/${input.name}`;
    const found = await findVirtualMachine(session, state.datacenter, path, "datacenter", signal);
    state.vm = found.reference;
    const properties = await propertiesOf(session, state.vm, ["parent"], { signal });
    const folder = properties.get("parent")?.reference ?? state.datacenter.vmFolder;
    state.before = { folder, name: found.name };
    ui.say(`Found ${found.path}`);
    await waitForPowerOff(session, state.vm, POWER_OFF_LIMIT, signal);
  },
  async cleanUp({ session }) {
    await session.signOut();
  },
  leftBehind: ({ config }) => [`the session on ${config.host}, until it times out`],
};

const takeSnapshot: Step<TemplateState> = {
  name: "Take snapshot",
  async run(state, signal) {
    const { config, session, ui } = state;
    const vm = machineOf(state);
    const before = await snapshotsOf(session, vm);
    state.snapshotsBefore = new Set(before.map(({ reference }) => reference.value));
    ui.say(`Taking the snapshot "${config.snapshot_name}"`);
    const { snapshot_name: name, snapshot_description: description } = config;
    await createSnapshot(session, vm, { name, description }, signal);
  },
  async cleanUp(state, outcome) {
    const { config, session, snapshotsBefore } = state;
    if (outcome === "succeeded" || snapshotsBefore === undefined) return;
    const vm = machineOf(state);
    await waitForRunningTasks(session, vm);
    for (const { name, reference } of await snapshotsOf(session, vm)) {
      if (name !== config.snapshot_name || snapshotsBefore.has(reference.value)) continue;
      await runTask(session, "RemoveSnapshot_Task", reference, { removeChildren: false });
    }
  },
  leftBehind: ({ config }) => [`snapshot ${config.snapshot_name}`],
};

const moveMachine: Step<TemplateState> = {
  name: "Move machine",
  async run(state, signal) {
    const { before, config, datacenter, session, ui } = state;
    if (datacenter === undefined || before === undefined) return;
    const vm = machineOf(state);
    const isMoved = config.folder !== "";
    const folder = isMoved
      ? await makeFolders(session, datacenter, config.folder, signal)
      : before.folder;
    await freeName(state, folder, vm, signal);
    if (!isMoved || folder.value === before.folder.value) return;
    ui.say(`Moving the machine to ${config.folder}`);
    await runTask(session, "MoveIntoFolder_Task", folder, { list: referenceXml(vm) }, signal);
  },
  async cleanUp(state, outcome) {
    const { before, session } = state;
    if (outcome === "succeeded" || before === undefined) return;
    const vm = machineOf(state);
    await waitForRunningTasks(session, vm);
    const parent = (await propertiesOf(session, vm, ["parent"])).get("parent")?.reference;
    if (parent?.value === before.folder.value) return;
    await runTask(session, "MoveIntoFolder_Task", before.folder, { list: referenceXml(vm) });
  },
};

/** Sees that nothing else in the folder has the template's name; with `-force` it is removed. */
async function freeName(
  state: TemplateState,
  folder: ManagedObjectReference,
  vm: ManagedObjectReference,
  signal: AbortSignal,
): Promise<void> {
  const { config, force, input, session, ui } = state;
  const name = config.template_name || input.name;
  const old = await findChild(session, folder, name, { signal });
  if (old === undefined || old.value === vm.value) return;
  if (!force || old.type !== "VirtualMachine") {
    throw new VSphereError(
      "NAME_TAKEN",
      `the folder has a ${old.type} "${name}" already; choose another template_name, or replace it with -force`,
    );
  }
  ui.say(`Destroying the old ${name}`);
  await destroyVirtualMachine(session, old);
}

const renameMachine: Step<TemplateState> = {
  name: "Rename machine",
  async run(state, signal) {
    const { before, config, session, ui } = state;
    const { template_name: newName } = config;
    if (newName === "" || newName === before?.name) return;
    ui.say(`Renaming the machine to ${newName}`);
    await runTask(session, "Rename_Task", machineOf(state), { newName }, signal);
  },
  async cleanUp(state, outcome) {
    const { before, session } = state;
    if (outcome === "succeeded" || before === undefined) return;
    const vm = machineOf(state);
    await waitForRunningTasks(session, vm);
    if ((await propertiesOf(session, vm, ["name"])).text("name") === before.name) return;
    await runTask(session, "Rename_Task", vm, { newName: before.name });
  },
};

const markMachine: Step<TemplateState> = {
  name: "Mark as template",
  async run(state, signal) {
    const { session, ui } = state;
    const vm = machineOf(state);
    const isTemplate = async () =>
      (await propertiesOf(session, vm, ["config.template"])).text("config.template") === "true";
    if (await isTemplate()) return;
    signal.throwIfAborted();
    ui.say("Marking the machine as a template");
    // It is one where only the answer got lost.
    await markAsTemplate(session, vm).catch(async (error: unknown) => {
      if (!(await isTemplate())) throw error;
    });
  },
};

function machineOf({ vm }: TemplateState): ManagedObjectReference {
  if (vm === undefined) throw new Error("the machine was not found yet");
  return vm;
}
