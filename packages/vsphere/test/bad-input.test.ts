import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { startVSphere } from "@packerkit/cloud-sim";
import { describe, expect, it } from "vitest";
import {
  clone,
  cloneSettings,
  install,
  isoSettings,
  recordingUi,
  type Settings,
  temporaryFolder,
} from "./harness.ts";
import { asTestVCenter } from "./stand-in.ts";

/** Runs what fails; answers the error. */
async function failureOf(work: Promise<unknown>): Promise<Error> {
  return await work.then(
    () => new Error("it succeeded"),
    (error: unknown) => error as Error,
  );
}

describe("what vSphere refuses", () => {
  it("a clone on a datastore that is full says so in vSphere's own word", async () => {
    await using standIn = await startVSphere();
    const before = standIn.snapshot();
    const error = await failureOf(
      clone(cloneSettings(asTestVCenter(standIn), { datastore: "full" })),
    );
    expect(error).toMatchObject({ cause: { code: "FAULT", fault: "NoDiskSpace" } });
    expect(error.message).toMatch(/CloneVM_Task .* NoDiskSpace.*choose another datastore/);
    expect(standIn.snapshot()).toEqual(before);
  });

  it("an ISO image for which the datastore has no room leaves no file", async () => {
    await using standIn = await startVSphere();
    await using folder = await temporaryFolder();
    const before = standIn.snapshot();
    const iso_url = join(folder.path, "debian.iso");
    await writeFile(iso_url, "an ISO image");
    const settings = isoSettings(asTestVCenter(standIn), {
      iso_url,
      iso_checksum: "none",
      remote_cache_datastore: "full",
    });
    const error = await failureOf(install(settings));
    expect(error).toMatchObject({ cause: { fault: "NoDiskSpace" } });
    expect(error.message).toContain("check that it has room");
    expect(standIn.snapshot().files).toEqual(before.files);
    expect(standIn.snapshot().machines).toEqual(before.machines);
  });

  it("a task that ends in a fault is told by the fault's name, and the machine is removed", async () => {
    await using standIn = await startVSphere();
    const before = standIn.snapshot();
    const settings = cloneSettings(asTestVCenter(standIn), {
      storage: [{ disk_size: 1, disk_thin_provisioned: true }],
      create_snapshot: true,
    });
    standIn.faults.inject({
      kind: "error",
      operation: "CreateSnapshot_Task",
      code: "TooManySnapshotLevels",
      message: "The virtual machine has too many snapshots.",
    });
    const error = await failureOf(clone(settings));
    expect(error).toMatchObject({
      code: "STEP_FAILED",
      cause: { code: "FAULT", fault: "TooManySnapshotLevels" },
    });
    expect(error.message).toContain("TooManySnapshotLevels: The virtual machine has too many");
    expect(standIn.snapshot()).toEqual(before);
  });

  it("what cannot be removed is listed", async () => {
    await using standIn = await startVSphere();
    standIn.faults.inject({ kind: "error", operation: "MarkAsTemplate" });
    standIn.faults.inject({ kind: "error", operation: "Destroy_Task", times: 3 });
    const error = await failureOf(clone(cloneSettings(asTestVCenter(standIn))));
    expect(error.message).toContain("left behind: virtual machine web-1");
  });
});

it("a session that ends in the middle is opened again, and the build goes on", async () => {
  await using standIn = await startVSphere();
  let isExpired = false;
  const ui = recordingUi();
  const say = ui.say;
  ui.say = (line) => {
    say(line);
    if (!line.startsWith("Configuring")) return;
    standIn.expireSessions();
    isExpired = true;
  };
  const artifact = await clone(cloneSettings(asTestVCenter(standIn), { CPUs: 2 }), { ui });
  expect(isExpired).toBe(true);
  expect(standIn.requests.filter(({ operation }) => operation === "Login")).toHaveLength(2);
  await artifact.destroy();
});

it.each<[string, Settings, string?]>([
  ["succeeds", {}],
  ["fails", { template: "nothing" }],
  ["is not let in", {}, "Login"],
])("the password shows nowhere where a build %s", async (_, more, refused) => {
  const password = 'p4ss<w>&"rd';
  await using standIn = await startVSphere({ password });
  if (refused !== undefined) {
    standIn.faults.inject({ kind: "error", operation: refused, code: "InvalidLogin" });
  }
  const ui = recordingUi();
  const outcome = await clone(cloneSettings(asTestVCenter(standIn), more), { ui }).then(
    (artifact) => [
      artifact.toString(),
      artifact.state("metadata"),
      artifact.state("generated_data"),
    ],
    (error: unknown) => error,
  );
  const all = inspect([outcome, ui.lines, ui.errors], { depth: 20 });
  expect(all).not.toContain(password);
  expect(all).not.toContain("&lt;w&gt;");
});

it("the size of the inventory makes no call more", async () => {
  const calls: string[][] = [];
  for (const machines of [0, 2000]) {
    await using standIn = await startVSphere({ machines, taskMs: 0 });
    const settings = { template: "templates/debian-12", folder: "web" };
    const artifact = await clone(cloneSettings(asTestVCenter(standIn), settings));
    calls.push(standIn.requests.map(({ operation }) => operation));
    await artifact.destroy();
  }
  expect(calls[1]).toEqual(calls[0]);
  expect(calls[1]).not.toContain("ContinueRetrievePropertiesEx");
});
