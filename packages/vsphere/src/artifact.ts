import { rm, rmdir } from "node:fs/promises";
import { messageOf } from "@packerkit/plugin-sdk";
import {
  type Artifact,
  answerState,
  fromArtifact,
  LABEL_LIMITS,
  setLabels,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";
import { isFault, VSphereError } from "./errors.ts";
import type { ContentLibraries } from "./rest/content-library.ts";
import { propertiesOf } from "./vim25/property-collector.ts";
import type { ManagedObjectReference } from "./vim25/reference.ts";
import { findByInstanceUuid } from "./vim25/search-index.ts";
import type { VimSession } from "./vim25/session.ts";
import { destroyVirtualMachine } from "./vim25/virtual-machine.ts";

/** The builder id of both builders, as the official ones have it. */
export const BUILDER_ID = "jetbrains.vsphere";

/** What a {@link VSphereArtifact} is made of. */
export interface VSphereArtifactOptions {
  session: VimSession;
  libraries: ContentLibraries;
  /** The machine or template; undefined where it was destroyed in the end. */
  vm: { readonly reference: ManagedObjectReference; readonly instanceUuid: string } | undefined;
  /** The machine's name. */
  name: string;
  /** The datacenter's name. */
  datacenter: string;
  /** What it was made from: a template, or an ISO image. */
  sourceId: string;
  labels: Readonly<Record<string, string>>;
  /** The id of the item that was made of it in a content library. */
  libraryItem?: string | undefined;
  /** The files that were exported, and the folder that was made for them. */
  exported?: { readonly files: readonly string[]; readonly madeFolder: string | undefined };
  /** What other keys of the state hold, `generated_data` among them. */
  stateData: Readonly<Record<string, unknown>>;
}

/**
 * A machine or a template on a vCenter, and what else was made of it: exported files, an item in a content library.
 *
 * Source: packer-plugin-vsphere `common/artifact.go`.
 */
export class VSphereArtifact implements Artifact {
  readonly #options: VSphereArtifactOptions;

  constructor(options: VSphereArtifactOptions) {
    this.#options = options;
  }

  builderId(): string {
    return BUILDER_ID;
  }

  files(): string[] {
    return [...(this.#options.exported?.files ?? [])];
  }

  id(): string {
    return this.#options.name;
  }

  toString(): string {
    const { name, datacenter, exported } = this.#options;
    const files = exported === undefined ? "" : `, exported as ${exported.files.join(", ")}`;
    return `${name} in ${datacenter}${files}`;
  }

  /**
   * Knows `par.artifact.metadata`, `generated_data`, `metadata`, and `source_template` of a clone or `iso_path` and
   * `SourceImageURL` of an installation.
   */
  state(name: string): unknown {
    const { datacenter, labels, name: vm, sourceId, stateData } = this.#options;
    return answerState(name, stateData, () =>
      fromArtifact(
        this,
        withId(vm),
        withProvider("vsphere"),
        withRegion(datacenter),
        withSourceId(sourceId),
        setLabels(cleanLabels(labels)),
      ),
    );
  }

  /**
   * Removes the machine, the exported files and the item in the content library. What is gone already is no error.
   *
   * @throws {VSphereError} `DESTROY_FAILED`, naming everything that could not be removed.
   */
  async destroy(): Promise<void> {
    const { name, exported, libraryItem, libraries, session } = this.#options;
    const failures: { what: string; error: unknown }[] = [];
    const attempt = async (what: string, work: () => Promise<void>) => {
      await work().catch((error: unknown) => failures.push({ what, error }));
    };
    try {
      for (const file of exported?.files ?? []) {
        await attempt(`the file ${file}`, () => rm(file, { force: true }));
      }
      const folder = exported?.madeFolder;
      if (folder !== undefined) await attempt(`the folder ${folder}`, () => removeFolder(folder));
      if (libraryItem !== undefined) {
        await attempt(`the library item ${libraryItem}`, () => libraries.deleteItem(libraryItem));
      }
      await attempt(`the machine ${name}`, () => this.#destroyMachine());
    } finally {
      // A session that could not be ended times out.
      await libraries.signOut().catch(() => {});
      await session.signOut().catch(() => {});
    }
    if (failures.length === 0) return;
    throw new VSphereError(
      "DESTROY_FAILED",
      failures.map(({ what, error }) => `${what} was not removed: ${messageOf(error)}`).join("; "),
      { cause: new AggregateError(failures.map(({ error }) => error)) },
    );
  }

  async #destroyMachine(): Promise<void> {
    const { session, vm } = this.#options;
    if (vm === undefined) return;
    const exists = await propertiesOf(session, vm.reference, ["name"]).then(
      () => true,
      (error: unknown) => {
        if (isFault(error, "ManagedObjectNotFound")) return false;
        throw error;
      },
    );
    // One that was registered anew, as vsphere-template does it, goes by another reference.
    const found = exists ? vm.reference : await findByInstanceUuid(session, vm.instanceUuid);
    if (found !== undefined) await destroyVirtualMachine(session, found);
  }
}

/** Annotations may hold whatever people typed, and be as long as they like. */
function cleanLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([label, text]) => [
      label,
      text.replace(/(?![\t\n\r])\p{Cc}/gu, " ").slice(0, LABEL_LIMITS.valueLength),
    ]),
  );
}

/** A folder in which something else lies stays. */
async function removeFolder(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "ENOENT") throw error;
  });
}
