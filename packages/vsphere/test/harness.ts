import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type RunBuildOptions, runBuild, type Ui } from "@packerkit/plugin-sdk";
import type { Artifact } from "@packerkit/registry-image";
import { VimSession, vsphereCloneBuilder, vsphereIsoBuilder } from "../src/index.ts";
import { type Datacenter, findDatacenter } from "../src/inventory/datacenter.ts";
import { findDatastore } from "../src/inventory/storage.ts";
import {
  type DatastoreAddress,
  datastorePath,
  deleteDatastoreFile,
  makeDirectory,
  searchDatastore,
} from "../src/vim25/datastore-files.ts";
import { retrieveProperties } from "../src/vim25/property-collector.ts";
import { waitForProperties } from "../src/vim25/property-updates.ts";
import type { ManagedObjectReference } from "../src/vim25/reference.ts";
import { findByInventoryPath } from "../src/vim25/search-index.ts";
import { runTask } from "../src/vim25/tasks.ts";
import type { TestVCenter } from "./backend.ts";

export type Settings = Readonly<Record<string, unknown>>;

/** A {@link Ui} that keeps what it is told. */
export function recordingUi(): Ui & { readonly lines: string[]; readonly errors: string[] } {
  const lines: string[] = [];
  const errors: string[] = [];
  return {
    lines,
    errors,
    say: (line) => void lines.push(line),
    error: (line) => void errors.push(line),
    machine: () => {},
    ask: async () => "",
    trackProgress: () => ({ advance: () => {}, close: () => {} }),
  };
}

/** The settings by which a vCenter is reached. */
export function connectionTo(vcenter: TestVCenter, server = vcenter.server): Settings {
  return {
    vcenter_server: server,
    username: vcenter.username,
    password: vcenter.password,
    insecure_connection: true,
    datacenter: vcenter.datacenter,
  };
}

/** The settings of a clone that is made a template. */
export function cloneSettings(vcenter: TestVCenter, more: Settings = {}): Settings {
  return {
    ...connectionTo(vcenter),
    template: vcenter.template,
    host: vcenter.host,
    datastore: vcenter.datastore,
    vm_name: "web-1",
    communicator: "none",
    convert_to_template: true,
    ...more,
  };
}

/** The settings of an installation that is made a template. */
export function isoSettings(vcenter: TestVCenter, more: Settings = {}): Settings {
  return {
    ...connectionTo(vcenter),
    cluster: vcenter.cluster,
    datastore: vcenter.datastore,
    vm_name: "installed-1",
    guest_os_type: "debian12_64Guest",
    storage: [{ disk_size: 1024 }],
    network_adapters: [{ network: vcenter.network, network_card: "vmxnet3" }],
    communicator: "none",
    shutdown_timeout: "10s",
    convert_to_template: true,
    ...more,
  };
}

/** Clones, quietly. */
export async function clone(
  settings: Settings,
  options: Partial<RunBuildOptions> = {},
): Promise<Artifact> {
  const config = settings as Record<string, unknown>;
  const artifact = await runBuild(vsphereCloneBuilder, { ui: recordingUi(), ...options, config });
  if (artifact === undefined) throw new Error("the build made no artifact");
  return artifact;
}

/** Installs, quietly. */
export async function install(
  settings: Settings,
  options: Partial<RunBuildOptions> = {},
): Promise<Artifact> {
  const config = settings as Record<string, unknown>;
  const artifact = await runBuild(vsphereIsoBuilder, { ui: recordingUi(), ...options, config });
  if (artifact === undefined) throw new Error("the build made no artifact");
  return artifact;
}

/** Where ISO images are uploaded to. */
const CACHE = "packer_cache";

/** A look at a vCenter beside the builds: through a session of its own. */
export class Observer implements AsyncDisposable {
  readonly session: VimSession;
  readonly #vcenter: TestVCenter;
  #address: Promise<DatastoreAddress> | undefined;

  constructor(vcenter: TestVCenter) {
    const { server, username, password } = vcenter;
    this.#vcenter = vcenter;
    this.session = new VimSession({ server, username, password, insecure: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.signOut();
  }

  async datacenter(): Promise<Datacenter> {
    return await findDatacenter(this.session, this.#vcenter.datacenter);
  }

  /** Everything that a build can leave: machines, templates and snapshots, and files on the datastore. */
  async inventory(): Promise<string[]> {
    const { rootFolder } = await this.session.content();
    const machines = await retrieveProperties(this.session, {
      from: [rootFolder],
      paths: { VirtualMachine: ["name", "runtime.powerState", "config.template"] },
      along: [
        { type: "Folder", path: "childEntity" },
        { type: "Datacenter", path: "vmFolder" },
      ],
    });
    const states = machines.map((machine) =>
      ["name", "runtime.powerState", "config.template"].map((path) => machine.text(path)).join(" "),
    );
    return [...states, ...(await this.files("*"))].sort();
  }

  /** The files of the datastore, in the folder that ISO images are uploaded to. */
  async files(pattern: string): Promise<string[]> {
    const datastore = await this.#datastore();
    const names = await searchDatastore(this.session, datastore, CACHE, pattern);
    return names.map((file) => datastorePath(datastore, `${CACHE}/${file}`));
  }

  /** Removes the files in that folder. */
  async removeFiles(): Promise<void> {
    const datastore = await this.#datastore();
    for (const file of await searchDatastore(this.session, datastore, CACHE, "*")) {
      await deleteDatastoreFile(this.session, datastore, `${CACHE}/${file}`);
    }
  }

  /** Makes that folder, which the first upload would make and leave. */
  async makeCacheFolder(): Promise<void> {
    await makeDirectory(this.session, await this.#datastore(), CACHE);
  }

  async datastoreId(): Promise<string> {
    return (await this.#datastore()).reference.value;
  }

  #datastore(): Promise<DatastoreAddress> {
    this.#address ??= this.datacenter().then(async (datacenter) => {
      const { datastore: name } = this.#vcenter;
      const { reference } = await findDatastore(this.session, datacenter, name, []);
      return { reference, name, datacenter };
    });
    return this.#address;
  }

  async find(path: string): Promise<ManagedObjectReference | undefined> {
    return await findByInventoryPath(this.session, `/${this.#vcenter.datacenter}/vm/${path}`);
  }

  /** Powers a machine off as soon as it runs, as an installer does that has finished. */
  async powerOffOnceOn(name: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const found = await this.find(name);
      if (found !== undefined && (await this.#powerOff(found, signal))) return;
      await sleep(20);
    }
  }

  async #powerOff(object: ManagedObjectReference, signal: AbortSignal): Promise<boolean> {
    try {
      const watched = { object, paths: ["runtime.powerState"], signal };
      await waitForProperties(this.session, watched, (values) =>
        values.get("runtime.powerState")?.text === "poweredOn" ? true : undefined,
      );
      await runTask(this.session, "PowerOffVM_Task", object);
      return true;
    } catch {
      // The build has ended, and the machine with it.
      return false;
    }
  }
}

/** Installs on a machine that powers itself off. */
export async function installUnattended(
  vcenter: TestVCenter,
  settings: Settings,
  options: Partial<RunBuildOptions> = {},
): Promise<Artifact> {
  if (vcenter.installs) return await install(settings, options);
  await using observer = new Observer(vcenter);
  const done = new AbortController();
  const name = String(settings["vm_name"]);
  const installer = observer.powerOffOnceOn(name, done.signal);
  try {
    return await install(settings, options);
  } finally {
    done.abort();
    await installer;
  }
}

/** A folder of its own for one test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "packerkit-vsphere-"));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
