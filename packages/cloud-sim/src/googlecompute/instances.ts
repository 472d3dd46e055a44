import { ApiError } from "../frame/errors.ts";
import { LazyMachine } from "../machine/lazy-machine.ts";
import { makeDisks } from "./attached-disks.ts";
import { alreadyExists, invalid, notFound, notReady } from "./errors.ts";
import type { Images } from "./images.ts";
import { type Body, block, blocks, labels, text } from "./input.ts";
import { fingerprint, instanceView } from "./instance-view.ts";
import type { AttachedDisk, StoredInstance } from "./model.ts";
import { checkedName, lastPart, newId, resourcePath } from "./names.ts";
import { type Resources, regionOf } from "./resources.ts";
import type { StartupScripts } from "./startup-scripts.ts";

/** The instances of a cloud, and what can be done with them. */
export class Instances {
  readonly #resources: Resources;
  readonly #images: Images;
  readonly #scripts: StartupScripts;

  constructor(resources: Resources, images: Images, scripts: StartupScripts) {
    this.#resources = resources;
    this.#images = images;
    this.#scripts = scripts;
  }

  get(path: string): object {
    return instanceView(this.#find(path));
  }

  /** Begins to make an instance, with its disks. */
  insert(project: string, zone: string, body: Body, requestId: string): object {
    const known = this.#resources.operations.begunBy(requestId);
    if (known !== undefined) return known;
    this.#resources.requireZone(project, zone);
    const name = checkedName(body["name"], "resource.name");
    const path = `projects/${project}/zones/${zone}/instances/${name}`;
    this.#resources.requireOwn(project, "compute.instances.create", path);
    if (this.#resources.instances.has(path)) throw alreadyExists(path);
    this.#resources.requireQuota("instances");
    this.#resources.requireMachineType(project, zone, lastPart(text(body, "machineType")));
    this.#requireNetworks(project, zone, body);
    labels(body);
    const disks = makeDisks(this.#resources, this.#images, { project, zone, body });
    const instance = newInstance({ path, project, zone, name, body, disks });
    for (const { disk } of disks) this.#resources.disks.set(disk.path, disk);
    this.#resources.instances.set(path, instance);
    return this.#resources.operations.start("instances.insert", {
      scope: `projects/${project}/zones/${zone}`,
      type: "insert",
      target: path,
      requestId,
      finish: (failure) => {
        instance.isPending = false;
        for (const { disk } of disks) {
          disk.isPending = false;
          disk.status = "READY";
          if (failure !== undefined) this.#resources.disks.delete(disk.path);
        }
        instance.status = "RUNNING";
        if (failure === undefined) this.#scripts.begin(instance);
        else this.#resources.instances.delete(path);
      },
    });
  }

  /** Begins to delete an instance. Its boot disk stays unless it was to go too. */
  async delete(path: string, requestId: string): Promise<object> {
    const known = this.#resources.operations.begunBy(requestId);
    if (known !== undefined) return known;
    const instance = this.#find(path);
    if (instance.isPending) throw notReady(path);
    instance.isPending = true;
    instance.status = "STOPPING";
    const files = await instance.machine.snapshot();
    return this.#resources.operations.start("instances.delete", {
      scope: `projects/${instance.project}/zones/${instance.zone}`,
      type: "delete",
      target: path,
      requestId,
      finish: (failure) => {
        instance.isPending = false;
        if (failure !== undefined) return;
        this.#resources.instances.delete(path);
        for (const { disk, isBoot, autoDelete } of instance.disks) {
          if (isBoot) disk.files = files;
          if (autoDelete) this.#resources.disks.delete(disk.path);
        }
      },
    });
  }

  /** Begins to replace an instance's metadata; refuses where it is no longer what the caller saw. */
  setMetadata(path: string, body: Body, requestId: string): object {
    const instance = this.#find(path);
    if (text(body, "fingerprint") !== fingerprint(instance)) {
      throw new ApiError(
        412,
        "conditionNotMet",
        "Supplied fingerprint does not match current metadata fingerprint.",
      );
    }
    const metadata = metadataOf(body);
    return this.#resources.operations.start("instances.setMetadata", {
      scope: `projects/${instance.project}/zones/${instance.zone}`,
      type: "setMetadata",
      target: path,
      requestId,
      finish(failure) {
        if (failure !== undefined) return;
        instance.metadata = metadata;
        instance.metadataVersion += 1;
      },
    });
  }

  /** What the instance printed on its first serial port. */
  serialOutput(path: string): object {
    const { serialOutput } = this.#find(path);
    const next = String(Buffer.byteLength(serialOutput));
    return { kind: "compute#serialPortOutput", contents: serialOutput, start: "0", next };
  }

  #find(path: string): StoredInstance {
    const instance = this.#resources.instances.get(path);
    if (instance === undefined) throw notFound(path);
    return instance;
  }

  #requireNetworks(project: string, zone: string, body: Body): void {
    for (const nic of blocks(body, "networkInterfaces")) {
      const network = text(nic, "network");
      const subnetwork = text(nic, "subnetwork");
      const known = this.#resources.options.networks;
      if (network !== "" && !known.includes(lastPart(network))) {
        throw notFound(resourcePath(network, project));
      }
      if (subnetwork === "") continue;
      const path = resourcePath(subnetwork, project);
      if (!known.includes(lastPart(path))) throw notFound(path);
      if (!path.includes(`/regions/${regionOf(zone)}/`)) {
        throw invalid(
          "resource.networkInterfaces[0].subnetwork",
          subnetwork,
          "The referenced subnetwork must be in the region of the instance.",
        );
      }
    }
  }
}

function newInstance(made: {
  path: string;
  project: string;
  zone: string;
  name: string;
  body: Body;
  disks: readonly AttachedDisk[];
}): StoredInstance {
  const { body, disks, ...where } = made;
  const [nic = {}] = blocks(body, "networkInterfaces");
  return {
    ...where,
    id: newId(),
    status: "PROVISIONING",
    createdAt: new Date().toISOString(),
    request: body,
    disks,
    metadata: metadataOf(block(body, "metadata")),
    metadataVersion: 1,
    address: text(nic, "networkIP") || "10.128.0.2",
    hasExternalAddress: blocks(nic, "accessConfigs").some((config) => config !== null),
    machine: new LazyMachine(disks[0]?.disk.files ?? [], made.name),
    serialOutput: "",
    isPending: true,
    scriptEndsAt: undefined,
  };
}

function metadataOf(body: Body): Map<string, string> {
  return new Map(blocks(body, "items").map((item) => [text(item, "key"), text(item, "value")]));
}
