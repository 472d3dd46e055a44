import type { ListenOptions } from "../frame/listen.ts";
import type { RunningStandIn } from "../frame/stand-in.ts";
import { Datastore, Folder } from "./inventory.ts";
import { expireRestSessions } from "./rest.ts";
import { seedVCenter } from "./seed.ts";
import { serveVCenter } from "./serve.ts";
import { VCenter } from "./vcenter.ts";

/** How to start a vCenter. */
export interface VSphereOptions extends Omit<ListenOptions, "unixSocket"> {
  /** Default: `administrator@vsphere.local`. */
  username?: string;
  /** Default: one for tests. */
  password?: string;
  /** How long tasks take, in milliseconds. Default: 2. */
  taskMs?: number;
  /** The address that VMware Tools tell once a machine runs. Default: no machine has the tools. */
  guestAddress?: string;
  /**
   * How long a machine that boots with an ISO image in a drive takes to install itself and power off, in milliseconds.
   * Default: none does.
   */
  installMs?: number;
  /** How many machines each datacenter has besides its template. Default: 0. */
  machines?: number;
}

/** A machine, as it stands in the inventory. */
export interface VSphereMachineSummary {
  /** Its inventory path, such as `/east/vm/templates/debian-12`. */
  path: string;
  id: string;
  isTemplate: boolean;
  isOn: boolean;
  snapshots: string[];
}

/** Everything that builds can leave in a vCenter. */
export interface VSphereSnapshot {
  machines: VSphereMachineSummary[];
  folders: string[];
  /** Files as vSphere writes their paths, such as `[datastore1] iso/debian.iso`, those of the machines included. */
  files: string[];
  /** The items of content libraries, by name. */
  libraryItems: string[];
  /** How many are signed in. */
  sessions: number;
}

/** A vCenter that listens on HTTPS, with a certificate of its own. */
export interface VSphereStandIn extends RunningStandIn {
  /** For `vcenter_server`, such as `127.0.0.1:8443`. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
  /** The server's certificate, in PEM. */
  readonly certificate: string;
  snapshot(): VSphereSnapshot;
  /** Forgets everybody who is signed in, as a vCenter does after a while. */
  expireSessions(): void;
}

/**
 * Starts a vCenter: the vim25 API over SOAP, uploads to datastores, exports, and content libraries over REST. It holds
 * two datacenters, `east` and `west`.
 *
 * @throws {CloudSimError} `PORT_TAKEN`, `LISTEN_FAILED`, `BAD_OPTION`.
 */
export async function startVSphere(options: VSphereOptions = {}): Promise<VSphereStandIn> {
  const {
    username = "administrator@vsphere.local",
    password = "a-password-for-tests",
    taskMs = 2,
    guestAddress,
    installMs,
    machines = 0,
    ...listening
  } = options;
  const vcenter = new VCenter({ username, password, taskMs, guestAddress, installMs });
  seedVCenter(vcenter, machines);
  const running = await serveVCenter(vcenter, listening);
  return {
    ...running,
    username,
    password,
    certificate: running.certificate.cert,
    snapshot: () => snapshotOf(vcenter),
    expireSessions() {
      for (const session of [...vcenter.sessions.values()]) vcenter.signOut(session);
      expireRestSessions(vcenter);
    },
  };
}

function snapshotOf(vcenter: VCenter): VSphereSnapshot {
  const { libraries, machines, registry, sessions } = vcenter;
  return {
    machines: machines.map((machine) => ({
      path: pathOf(machine),
      id: machine.id,
      isTemplate: machine.isTemplate,
      isOn: machine.isOn,
      snapshots: machine.snapshots.map(({ name }) => name),
    })),
    folders: registry.all(Folder).map(pathOf),
    files: registry
      .all(Datastore)
      .flatMap(({ files, name }) => [...files.keys()].map((path) => `[${name}] ${path}`)),
    libraryItems: libraries.items.map(({ name }) => name),
    sessions: sessions.size,
  };
}

function pathOf(entity: {
  name: string;
  parent: { name: string; parent: unknown } | undefined;
}): string {
  const names: string[] = [];
  let current: typeof entity | undefined = entity;
  while (current?.parent !== undefined) {
    names.unshift(current.name);
    current = current.parent as typeof entity;
  }
  return `/${names.join("/")}`;
}
