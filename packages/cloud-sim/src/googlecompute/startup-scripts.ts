import type { Buckets } from "./buckets.ts";
import type { StoredInstance } from "./model.ts";
import type { Resources } from "./resources.ts";

const SCRIPT = "startup-script";
/** Where Packer's plugins keep the script of the user that theirs runs. */
const WRAPPED_SCRIPT = "packer-wrapped-startup-script";
/** Where Packer's plugins look for how a script ended. */
const STATUS = "startup-script-status";

/** Runs the start-up scripts of instances. An exporter's is not run: its effect is brought about. */
export class StartupScripts {
  readonly #resources: Resources;
  readonly #buckets: Buckets;
  readonly #planned: string[] = [];

  constructor(resources: Resources, buckets: Buckets) {
    this.#resources = resources;
    this.#buckets = buckets;
  }

  /** Makes the next script fail that ends, and print this. */
  planFailure(output: string): void {
    this.#planned.push(output);
  }

  /** Begins the script of an instance that runs now, if it has one. */
  begin(instance: StoredInstance): void {
    if (!instance.metadata.get(SCRIPT)) return;
    instance.scriptEndsAt = performance.now() + this.#resources.options.scriptMs;
  }

  /** Ends the scripts whose time has come. */
  async settle(): Promise<void> {
    const now = performance.now();
    for (const instance of this.#resources.instances.values()) {
      if (instance.scriptEndsAt === undefined || instance.scriptEndsAt > now) continue;
      instance.scriptEndsAt = undefined;
      const succeeded = await this.#end(instance);
      if (!instance.metadata.has(STATUS)) continue;
      instance.metadata.set(STATUS, succeeded ? "done" : "error");
      instance.metadataVersion += 1;
    }
  }

  async #end(instance: StoredInstance): Promise<boolean> {
    const failure = this.#planned.shift();
    if (failure !== undefined) return this.#print(instance, failure, false);
    return this.#isExporter(instance) ? this.#export(instance) : await this.#run(instance);
  }

  #isExporter({ metadata }: StoredInstance): boolean {
    return metadata.has("paths");
  }

  /** What an exporter exports: the image that its other disk was made of, or the one that its metadata names. */
  #exported({ disks, metadata, project }: StoredInstance): string {
    const other = disks.find(({ isBoot }) => !isBoot);
    return (
      other?.disk.source.path ?? `projects/${project}/global/images/${metadata.get("image_name")}`
    );
  }

  #export(instance: StoredInstance): boolean {
    const path = this.#exported(instance);
    if (!this.#resources.images.has(path)) return this.#print(instance, `no image ${path}`, false);
    for (const target of (instance.metadata.get("paths") ?? "").split(" ")) {
      const [, bucket = "", name = ""] = /^gs:\/\/([^/]+)\/(.+)$/.exec(target) ?? [];
      try {
        this.#buckets.put(bucket, name, Buffer.from(`the disk of ${path}`));
      } catch (error) {
        return this.#print(instance, `${target}: ${(error as Error).message}`, false);
      }
    }
    return this.#print(instance, `exported ${path}`, true);
  }

  async #run(instance: StoredInstance): Promise<boolean> {
    const { metadata } = instance;
    const script = metadata.get(WRAPPED_SCRIPT) ?? metadata.get(SCRIPT) ?? "";
    const machine = await instance.machine.open();
    const { exitStatus, stdout, stderr } = await machine.run(script);
    return this.#print(instance, `${stdout}${stderr}`, exitStatus === 0);
  }

  #print(instance: StoredInstance, line: string, succeeded: boolean): boolean {
    instance.serialOutput += `startup-script: ${line.trimEnd()}\n`;
    return succeeded;
  }
}
