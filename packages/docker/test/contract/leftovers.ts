import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { InProcessProvisioner } from "@packerkit/plugin-sdk";
import type { Artifact } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { type Decide, FAULTS, placesToStrike, startFaultProxy } from "../fault-proxy.ts";
import { build, dockerAt, inventoryOf, run, type TestEngine, temporaryFolder } from "../harness.ts";

/** A provisioner that uses all of the communicator. */
const provisioner: InProcessProvisioner = async ({ communicator, signal }) => {
  await communicator.upload("/tmp/script", Readable.from(["echo hello > /etc/motd"]));
  const { status } = await run(communicator, "sh /tmp/script", { signal });
  if (status !== 0) throw new Error(`the script exited with ${status}`);
};

/** How one build with one disturbance went. */
interface Trial {
  calls: readonly string[];
  artifact: Artifact | undefined;
  error: unknown;
  /** The files beside the export. */
  files: string[];
}

/** Declares that a build leaves nothing behind, whichever of its calls fails, and whenever it is cancelled. */
export function describeLeftovers(engine: () => TestEngine): void {
  const kinds = [
    ["commit", { commit: true }],
    ["export", { export_path: "container.tar" }],
    ["Dockerfile", { commit: true, build: { path: "Dockerfile", pull: false } }],
  ] as const;

  const [[, first]] = kinds;
  const callsOf = async (settings: (typeof kinds)[number][1]) =>
    (await expectNothingLeft(engine(), settings, () => undefined)).calls;

  describe.each(kinds)("nothing is left of a build that ends early: %s", (_, settings) => {
    it.each(FAULTS)("with a fault at each call: %s", { timeout: 300_000 }, async (fault) => {
      const calls = await callsOf(settings);
      expect(calls.length).toBeGreaterThan(8);
      const known = settings !== first && engine().triesOnce ? await callsOf(first) : [];
      for (const struck of placesToStrike(fault, calls, known)) {
        await expectNothingLeft(engine(), settings, (call) =>
          call === struck ? fault : undefined,
        );
      }
    });

    it("cancelled at each call", { timeout: 300_000 }, async () => {
      const calls = await callsOf(settings);
      for (let last = 1; last <= calls.length; last++) {
        const cancelled = new AbortController();
        const { error, artifact } = await expectNothingLeft(
          engine(),
          settings,
          (call) => {
            if (call === last) cancelled.abort();
            return undefined;
          },
          cancelled.signal,
        );
        if (artifact === undefined) expect(error).toMatchObject({ code: "CANCELLED" });
      }
    });
  });

  it("names what it could not remove where the engine goes away", async () => {
    const { address, image } = engine();
    const before = await inventoryOf(engine());
    let isGone = false;
    await using proxy = await startFaultProxy(address, () => (isGone ? "drop" : undefined));
    const building = build(
      proxy.address,
      { image, commit: true },
      {
        provisioners: [
          async () => {
            isGone = true;
          },
        ],
      },
    );
    const error = await building.catch((caught: unknown) => caught);
    const { containers } = await inventoryOf(engine());
    const left = containers.filter((id) => !before.containers.includes(id));
    for (const id of left)
      await dockerAt(address).getContainer(id).remove({ force: true, v: true });
    expect(left).toHaveLength(1);
    expect(error).toMatchObject({
      code: "STEP_FAILED",
      leftBehind: [
        `container ${left[0]}`,
        expect.stringMatching(/^images with the label packerkit/),
      ],
      cause: { code: "CONNECTION_LOST" },
    });
  });
}

/** Runs one build through a proxy; destroys the artifact where there is one, and then looks around. */
async function expectNothingLeft(
  engine: TestEngine,
  settings: Readonly<Record<string, unknown>>,
  decide: Decide,
  signal?: AbortSignal,
): Promise<Trial> {
  const { address, image } = engine;
  await using folder = await temporaryFolder();
  const before = await inventoryOf(engine);
  await using proxy = await startFaultProxy(address, decide);
  const config: Record<string, unknown> = { ...settings };
  if (settings["export_path"] !== undefined) {
    config["export_path"] = join(folder.path, "made/container.tar");
  }
  if (settings["build"] === undefined) {
    config["image"] = image;
  } else {
    const path = join(folder.path, "Dockerfile");
    await writeFile(path, `FROM ${image}\nENV BUILT=yes\n`);
    config["build"] = { ...settings["build"], path, build_dir: folder.path };
  }
  const filesBefore = await readdir(folder.path);
  const trial: Trial = { calls: proxy.calls, artifact: undefined, error: undefined, files: [] };
  try {
    trial.artifact = await build(proxy.address, config, {
      provisioners: [provisioner],
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    trial.error = error;
  }
  const calls = [...proxy.calls];
  await trial.artifact?.destroy().catch(() => trial.artifact?.destroy());
  trial.files = await readdir(folder.path, { recursive: true });
  const what = `${String(trial.error)}\nafter the calls\n${calls.join("\n")}`;
  if (trial.artifact === undefined) expect(trial.files, what).toEqual(filesBefore);
  expect(
    trial.files.filter((name) => name.endsWith(".partial")),
    what,
  ).toEqual([]);
  // The engine may still be at a removal whose connection was cut, and which was asked for again meanwhile.
  await expect
    .poll(() => inventoryOf(engine), { message: what, timeout: 10_000, interval: 100 })
    .toEqual(before);
  return { ...trial, calls };
}
