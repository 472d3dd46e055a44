import { describeFailure } from "../failure.ts";
import { createPrincipal, type NewPrincipal } from "../principals/principals.ts";
import { createProject, listProjects } from "../principals/projects.ts";
import { buildApp } from "../server/app.ts";
import type { Role } from "../server/auth/roles.ts";
import { type ServerSettings, withDefaults } from "../server/settings.ts";
import { sweep } from "../server/sweep.ts";
import { inTransaction } from "../storage/database.ts";
import { sql } from "../storage/drizzle.ts";
import { openStorage, type Storage, type StorageOptions } from "../storage/open.ts";
import { type Control, openControl } from "./control.ts";
import { type Addresses, addressesOf, environmentOf } from "./environment.ts";
import { type Listening, type ListenOptions, listen } from "./listen.ts";

/** The key of the advisory lock under which a store is first used. */
const FIRST_USE = 20_230_102;

export interface RegistryOptions extends ListenOptions {
  storage: StorageOptions;
  settings?: Partial<ServerSettings>;
}

/** A registry that listens. */
export interface RunningRegistry extends AsyncDisposable {
  /** Where the page is: HTTP on this machine, else HTTPS. */
  readonly url: string;
  /** What clients are told, without credentials. */
  readonly addresses: Addresses;
  /** The principal that the first start on a store makes; `undefined` later. */
  readonly firstPrincipal: NewPrincipal | undefined;
  /** Makes a principal of the first project, or of the one whose id is given. */
  createPrincipal(options: { name: string; role: Role; projectId?: string }): Promise<NewPrincipal>;
  /** The variables that lead Packer, Terraform and {@link RegistryClient} here as a principal. */
  environmentOf(principal: NewPrincipal): Record<string, string>;
  /** Finishes what is under way and closes the store. Twice is harmless. */
  close(): Promise<void>;
}

/**
 * Starts a registry: opens and migrates its store, makes a project and a principal where there are none, and listens.
 *
 * @throws {RegistryError} `PORT_TAKEN`, `STORE_IN_USE`, `STORE_FAILED`, `STORE_TOO_NEW`, `BAD_OPTION`.
 */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const settings = withDefaults(options.settings);
  const storage = await openStorage(options.storage);
  const folder = "folder" in options.storage ? options.storage.folder : undefined;
  let listening: Listening | undefined;
  let control: Control | undefined;
  try {
    const firstPrincipal = await prepareFirstUse(storage);
    listening = await listen(await buildApp(storage, settings), options, folder);
    const addresses = addressesFor(listening, options, settings);
    if (folder !== undefined) control = await openControl(folder, storage, addresses);
    const stopSweeping = startSweeping(storage, settings);
    const closeAll = async () => {
      await stopSweeping();
      await control?.close();
      await listening?.close();
      await storage.close();
    };
    let closed: Promise<void> | undefined;
    const close = async () => {
      closed ??= closeAll();
      await closed;
    };
    return {
      url: listening.url,
      addresses,
      firstPrincipal,
      createPrincipal: async ({ projectId, ...rest }) => {
        const [first] = await listProjects(storage.database);
        const project = projectId ?? first?.projectId ?? "";
        return await createPrincipal(storage.database, { projectId: project, ...rest });
      },
      environmentOf: (principal) => environmentOf(addresses, principal),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await control?.close();
    await listening?.close();
    await storage.close();
    throw error;
  }
}

function addressesFor(
  { url, authUrl }: Listening,
  { tls = "self-signed" }: RegistryOptions,
  { publicUrl }: ServerSettings,
): Addresses {
  if (publicUrl !== undefined) return addressesOf(publicUrl, publicUrl, true);
  return addressesOf(url, authUrl, tls !== "self-signed");
}

/** On an empty store: a project, and an admin of it. */
async function prepareFirstUse({ database }: Storage): Promise<NewPrincipal | undefined> {
  return await inTransaction(database, async (transaction) => {
    // Servers that start at once on an empty store make one between them.
    await transaction.execute(sql`SELECT pg_advisory_xact_lock(${FIRST_USE})`);
    if ((await listProjects(transaction)).length > 0) return undefined;
    const { projectId } = await createProject(transaction, { name: "default" });
    return await createPrincipal(transaction, { projectId, name: "first-admin", role: "admin" });
  });
}

/** Stops with a promise, once a sweep that is under way is over. */
function startSweeping(storage: Storage, settings: ServerSettings): () => Promise<void> {
  let underWay: Promise<unknown> = Promise.resolve();
  const once = async () => {
    try {
      await sweep(storage.database, settings.clock(), settings.heartbeatTimeout);
      await storage.maintain();
    } catch (error) {
      settings.log?.write(
        `${JSON.stringify({ level: 40, msg: "the sweep failed, and is tried again", err: describeFailure(error) })}\n`,
      );
    }
  };
  const timer = setInterval(() => {
    underWay = once();
  }, settings.sweepInterval);
  return async () => {
    clearInterval(timer);
    await underWay;
  };
}
