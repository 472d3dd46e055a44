import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "@packerkit/registry-image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestVCenter } from "../backend.ts";
import {
  type CountedCall,
  type Decide,
  type Disturbance,
  FAULTS,
  type Fault,
  type FaultProxy,
  startFaultProxy,
} from "../fault-proxy.ts";
import {
  clone,
  cloneSettings,
  installUnattended,
  isoSettings,
  Observer,
  temporaryFolder,
} from "../harness.ts";

/** How one build with one disturbance went. */
interface Trial {
  readonly calls: readonly string[];
  readonly artifact: Artifact | undefined;
  readonly error: unknown;
}

/** A kind of build. */
interface Kind {
  readonly name: string;
  /** Calls without which it cannot succeed, whatever becomes of them. */
  readonly needs: readonly string[];
  build(site: Site, signal?: AbortSignal): Promise<Artifact>;
}

/** Where a build runs: behind a proxy, with a folder of its own. */
interface Site {
  readonly vcenter: TestVCenter;
  readonly vcenter_server: string;
  readonly folder: string;
}

const smallest: Kind = {
  name: "a clone that becomes a template",
  needs: ["Login", "CloneVM_Task", "MarkAsTemplate"],
  build({ vcenter, vcenter_server }, signal) {
    return clone(cloneSettings(vcenter, { vcenter_server }), signal && { signal });
  },
};

const changed: Kind = {
  name: "a clone that is changed, and exported where that can be",
  needs: ["ReconfigVM_Task", "CreateSnapshot_Task"],
  build({ vcenter, vcenter_server, folder }, signal) {
    const output_directory = join(folder, "out");
    const settings = cloneSettings(vcenter, {
      vcenter_server,
      CPUs: 2,
      network: vcenter.portgroup,
      create_snapshot: true,
      ...(vcenter.lacks?.includes("exports")
        ? {}
        : { export: { output_directory, image_files: true } }),
    });
    return clone(settings, signal && { signal });
  },
};

const installed: Kind = {
  name: "an installation that goes into a content library",
  needs: ["CreateVM_Task", "PowerOnVM_Task", "MoveDatastoreFile_Task"],
  async build({ vcenter, vcenter_server, folder }, signal) {
    const iso_url = join(folder, ISO);
    await writeFile(iso_url, Buffer.alloc(100_000, "iso"));
    const settings = isoSettings(vcenter, {
      vcenter_server,
      iso_url,
      iso_checksum: "none",
      convert_to_template: false,
      content_library_destination: { library: vcenter.library, name: "installed-item" },
    });
    return await installUnattended(vcenter, settings, signal && { signal });
  },
};

const ISO = "debian.iso";

/** Every call of the first is disturbed in turn; of the others, one of each kind that none before has. */
const kinds = [smallest, changed, installed];

/**
 * Declares that a build leaves nothing behind, whichever of its calls fails, and whenever it is cancelled. These are
 * many builds; `open` starts a vCenter for them. A call that is lost on its way to it does no more harm than one that it
 * refuses: `faults` may leave out `drop`.
 */
export function describeVSphereLeftovers(
  name: string,
  open: () => Promise<TestVCenter>,
  faults: readonly Fault[] = FAULTS,
): void {
  describe(`nothing is left on ${name} of a build that ends early`, () => {
    let vcenter: TestVCenter;
    let trials: Trials;
    beforeAll(async () => {
      vcenter = await open();
      trials = await Trials.open(vcenter);
    });
    afterAll(async () => {
      await trials?.[Symbol.asyncDispose]();
      await vcenter?.[Symbol.asyncDispose]();
    });

    describe.each(kinds)("$name", (kind) => {
      it.each(faults)("with a fault at each call: %s", { timeout: LIMIT }, async (fault) => {
        const failed: string[] = [];
        for (const struck of await trials.callsToDisturb(kind)) {
          const { error } = await trials.run(
            kind,
            at(struck, () => fault),
          );
          if (error !== undefined) failed.push(struck.name);
        }
        // Calls that only read are asked again where the connection broke.
        expect(failed).toEqual(expect.arrayContaining([...kind.needs]));
      });

      it("cancelled at each call", { timeout: LIMIT }, async () => {
        for (const struck of await trials.callsToDisturb(kind)) {
          const cancelled = new AbortController();
          const decide = at(struck, () => void cancelled.abort(new Error("Ctrl-C")));
          const { artifact, error } = await trials.run(kind, decide, cancelled.signal);
          const what = JSON.stringify(struck);
          if (artifact === undefined) expect(error, what).toMatchObject({ code: "CANCELLED" });
        }
      });

      it("goes on where the session ends, at a call of each kind", { timeout: LIMIT }, async () => {
        for (const struck of await trials.callsToDisturb(kind)) {
          if (struck.occurrence > 1) continue;
          const { artifact, error } = await trials.run(
            kind,
            at(struck, () => "expire"),
          );
          expect(artifact, `ended at ${struck.name}: ${error}`).toBeDefined();
        }
      });
    });
  });
}

const LIMIT = 120_000;

/** Disturbs one call. */
function at(struck: CountedCall, disturb: () => Disturbance | undefined): Decide {
  return ({ name, occurrence }) =>
    name === struck.name && occurrence === struck.occurrence ? disturb() : undefined;
}

/** Runs builds through a proxy that disturbs them, and looks at what is left after each. */
class Trials implements AsyncDisposable {
  readonly #vcenter: TestVCenter;
  readonly #observer: Observer;
  readonly #proxy: FaultProxy;
  #before: unknown;
  readonly #calls = new Map<Kind, readonly string[]>();

  private constructor(vcenter: TestVCenter, observer: Observer, proxy: FaultProxy) {
    this.#vcenter = vcenter;
    this.#observer = observer;
    this.#proxy = proxy;
  }

  static async open(vcenter: TestVCenter): Promise<Trials> {
    const observer = new Observer(vcenter);
    const proxy = await startFaultProxy(vcenter.server);
    const trials = new Trials(vcenter, observer, proxy);
    trials.#before = await trials.#inventory();
    return trials;
  }

  async #inventory(): Promise<unknown> {
    return this.#vcenter.inventory?.() ?? (await this.#observer.inventory());
  }

  /** The calls of a kind of build that are disturbed. */
  async callsToDisturb(kind: Kind): Promise<CountedCall[]> {
    const known = new Set<string>();
    for (const other of kinds.slice(0, kinds.indexOf(kind))) {
      for (const name of await this.#callsOf(other)) known.add(name);
    }
    const calls = await this.#callsOf(kind);
    const counted = calls.map((name, index) => ({
      name,
      occurrence: calls.slice(0, index + 1).filter((other) => other === name).length,
    }));
    if (kind === smallest) return counted;
    return counted.filter(({ name, occurrence }) => !known.has(name) && occurrence === 1);
  }

  async #callsOf(kind: Kind): Promise<readonly string[]> {
    const known = this.#calls.get(kind) ?? (await this.run(kind, () => undefined)).calls;
    this.#calls.set(kind, known);
    return known;
  }

  /** Runs one build; destroys the artifact where there is one, and then looks around. */
  async run(kind: Kind, decide: Decide, signal?: AbortSignal): Promise<Trial> {
    await using folder = await temporaryFolder();
    this.#proxy.disturb(decide);
    const site = {
      vcenter: this.#vcenter,
      vcenter_server: this.#proxy.server,
      folder: folder.path,
    };
    let artifact: Artifact | undefined;
    let error: unknown;
    try {
      artifact = await kind.build(site, signal);
    } catch (thrown) {
      error = thrown;
    }
    const calls = [...this.#proxy.calls];
    const what = `${error}\nafter the calls\n${calls.join("\n")}`;
    expect(String(error), what).not.toContain(this.#vcenter.password);
    await artifact?.destroy().catch(() => artifact?.destroy());
    const files = await readdir(folder.path, { recursive: true });
    expect(
      files.filter((name) => name !== ISO),
      what,
    ).toEqual([]);
    // A build that succeeded leaves its ISO image on the datastore, for the next one.
    if (artifact !== undefined && kind === installed) await this.#observer.removeFiles();
    expect(await this.#inventory(), what).toEqual(this.#before);
    return { calls, artifact, error };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#observer[Symbol.asyncDispose]();
    await this.#proxy[Symbol.asyncDispose]();
  }
}
