import type { BuildContext, Communicator } from "@packerkit/plugin-sdk";
import type { ConnectionConfig } from "./config/connection.ts";
import type { GuestConfig } from "./config/guest.ts";
import type { HardwareConfig } from "./config/hardware.ts";
import type { LocationConfig } from "./config/location.ts";
import type { OutcomeConfig } from "./config/outcome.ts";
import type { Compute } from "./inventory/compute.ts";
import type { Datacenter } from "./inventory/datacenter.ts";
import type { Named } from "./inventory/named.ts";
import type { ContentLibraries } from "./rest/content-library.ts";
import type { ManagedObjectReference } from "./vim25/reference.ts";
import type { VimSession } from "./vim25/session.ts";

/** The settings that both builders have. */
export type CommonConfig = ConnectionConfig &
  LocationConfig &
  HardwareConfig &
  GuestConfig &
  OutcomeConfig;

/** What every step of a build is made with. */
export interface Build<Config extends CommonConfig = CommonConfig> {
  readonly config: Config;
  readonly ui: BuildContext<Config>["ui"];
  readonly packer: BuildContext<Config>["packer"];
  readonly session: VimSession;
  readonly libraries: ContentLibraries;
  /** Marks what this build makes: known to no other build. */
  readonly token: string;
}

/** Where the machine is made. */
export interface Place {
  readonly datacenter: Datacenter;
  readonly compute: Compute;
  readonly datastore: Named;
  /** Undefined as long as the folder does not exist. */
  folder: ManagedObjectReference | undefined;
  /** Whether nothing there had the machine's name when it was looked for. */
  readonly isFree: boolean;
}

/** A task that makes the machine. */
export interface Making {
  /** What the task works on, by which it is found where the answer that named it got lost. */
  readonly entity: ManagedObjectReference;
  task: ManagedObjectReference | undefined;
}

/** What the steps of a build hand on to one another. */
export interface BuildState {
  place?: Place;
  making?: Making;
  /** The machine of this build. */
  vm?: ManagedObjectReference;
  /** The ISO images to put into drives, in order. */
  isoPaths: readonly string[];
  /** Where an ISO image was downloaded from, with no secret in it, and where on the datastore it is. */
  iso?: { readonly url: string; readonly path: string };
  /** Whether a boot order was set for this build alone. */
  hasOwnBootOrder?: boolean;
  address?: string;
  communicator?: Communicator & { close(): Promise<void> };
  /** The item that was made or replaced in a content library. */
  libraryItem?: {
    readonly id: string;
    readonly name: string;
    readonly datastores: readonly string[];
    readonly isNew: boolean;
  };
  /** The files that were exported, and the folder where it was made for them. */
  exported?: { readonly files: readonly string[]; readonly madeFolder: string | undefined };
  /** The labels that are read from the machine. */
  labels?: Readonly<Record<string, string>>;
  instanceUuid?: string;
  /** Whether the machine was destroyed in the end, as the settings ask. */
  isDestroyed?: boolean;
}

/** The value of a part of the state that an earlier step has set. */
export function made<Key extends keyof BuildState>(
  state: BuildState,
  key: Key,
): NonNullable<BuildState[Key]> {
  const value = state[key];
  if (value === undefined) throw new Error(`the build has no ${key} yet`);
  return value;
}
