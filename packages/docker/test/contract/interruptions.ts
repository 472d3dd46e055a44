import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { dockerImport, dockerSave, dockerTag } from "../../src/index.ts";
import { type Decide, FAULTS, startFaultProxy } from "../fault-proxy.ts";
import { inventoryOf, type TestEngine, temporaryFolder } from "../harness.ts";
import { committed, exported, imageIdOf, postProcess } from "../post-processing.ts";

/** One way to use a post-processor on images that are there already. */
interface Subject {
  input: Artifact;
  /** The name that the post-processor takes from another image. */
  name: string;
  run(address: string, signal: AbortSignal): Promise<Artifact>;
}

/** How an image or an archive is made ready for a post-processor. `folder` is for its files. */
const kinds: readonly [string, (engine: TestEngine, folder: string) => Promise<Subject>][] = [
  [
    "docker-tag",
    async (engine) => {
      // With a name of its own: the only one could not be taken off.
      const own = { repository: "local/own" };
      const unnamed = await committed(engine);
      const input = (await postProcess(engine.address, dockerTag, unnamed, own)).artifact;
      const settings = { repository: "local/taken", tags: ["new", "latest", "newer"] };
      return {
        input,
        name: "local/taken:latest",
        run: async (address, signal) =>
          (await postProcess(address, dockerTag, input, settings, { signal })).artifact,
      };
    },
  ],
  [
    "docker-import",
    async (engine, folder) => {
      const input = await exported(engine, folder);
      const settings = { repository: "local/taken" };
      return {
        input,
        name: "local/taken:latest",
        run: async (address, signal) =>
          (await postProcess(address, dockerImport, input, settings, { signal })).artifact,
      };
    },
  ],
  [
    "docker-save",
    async (engine, folder) => {
      const input = await committed(engine);
      const path = join(folder, "made/web.tar");
      return {
        input,
        name: "local/taken:latest",
        run: async (address, signal) => {
          const { artifact } = await postProcess(address, dockerSave, input, { path }, { signal });
          await rm(join(folder, "made"), { recursive: true });
          return artifact;
        },
      };
    },
  ],
];

/**
 * Declares that a post-processor which ends early leaves no image, name or file, and gives the names back that it had
 * taken; whichever of its calls fails, and whenever it is cancelled.
 */
export function describeInterruptions(engine: () => TestEngine): void {
  describe.each(kinds)("nothing is left of a post-processor that ends early: %s", (_, prepare) => {
    it.each(FAULTS)("with a fault at each call: %s", { timeout: 300_000 }, async (fault) => {
      const calls = await expectNothingLeft(engine(), prepare, () => undefined);
      expect(calls).toBeGreaterThan(1);
      for (let struck = 1; struck <= calls; struck++) {
        await expectNothingLeft(engine(), prepare, (call) => (call === struck ? fault : undefined));
      }
    });

    it("cancelled at each call", { timeout: 300_000 }, async () => {
      const calls = await expectNothingLeft(engine(), prepare, () => undefined);
      for (let last = 1; last <= calls; last++) {
        const cancelled = new AbortController();
        const decide = (call: number) => {
          if (call === last) cancelled.abort();
          return undefined;
        };
        await expectNothingLeft(engine(), prepare, decide, cancelled.signal);
      }
    });
  });
}

/** Runs a post-processor once through a proxy, then looks around; answers how many calls it made. */
async function expectNothingLeft(
  engine: TestEngine,
  prepare: (engine: TestEngine, folder: string) => Promise<Subject>,
  decide: Decide,
  signal = new AbortController().signal,
): Promise<number> {
  await using folder = await temporaryFolder();
  const before = await inventoryOf(engine);
  const owner = await committed(engine);
  const { input, name, run } = await prepare(engine, folder.path);
  await postProcess(engine.address, dockerTag, owner, { repository: name });
  const [filesBefore, present] = [await readdir(folder.path), await inventoryOf(engine)];
  await using proxy = await startFaultProxy(engine.address, decide);
  let error: unknown;
  let artifact: Artifact | undefined;
  try {
    artifact = await run(proxy.address, signal);
  } catch (caught) {
    error = caught;
  }
  const calls = [...proxy.calls];
  const what = `${String(error)}\nafter the calls\n${calls.join("\n")}`;
  if (artifact === undefined) {
    expect(await imageIdOf(engine, name), what).toBe(owner.id());
    expect(await inventoryOf(engine), what).toEqual(present);
    expect(error, what).toMatchObject({ code: signal.aborted ? "CANCELLED" : "STEP_FAILED" });
  }
  expect(await readdir(folder.path), what).toEqual(filesBefore);
  await artifact?.destroy();
  await input.destroy();
  await owner.destroy();
  expect(await inventoryOf(engine), what).toEqual(before);
  return calls.length;
}
