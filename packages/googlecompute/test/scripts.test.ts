import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXPORT_SCRIPT } from "../src/export/script.ts";
import { startupMetadata } from "../src/startup-script.ts";

// The scripts run in a real bash, in a machine whose tools only write down what they were asked.

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "packerkit-gce-"));
  await mkdir(join(folder, "bin"));
  await tool("curl", `cat "$FOLDER/metadata/$(basename "\${@: -1}")"`);
  for (const name of ["gcloud", "gce_export", "gsutil"]) {
    await tool(name, `echo "${name} $*" >> "$FOLDER/calls"\n[ ! -e "$FOLDER/${name}-fails" ]`);
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function tool(name: string, script: string): Promise<void> {
  await writeFile(join(folder, "bin", name), `#!/bin/bash\n${script}\n`);
  await chmod(join(folder, "bin", name), 0o755);
}

/** Runs a script on a machine with this metadata; answers what its tools were asked, and its exit status. */
async function run(script: string, metadata: Record<string, string>, failing: string[] = []) {
  await rm(join(folder, "calls"), { force: true });
  await mkdir(join(folder, "metadata"), { recursive: true });
  const all = { ...metadata, name: "vm-1", zone: "projects/1/zones/us-central1-a" };
  for (const [key, value] of Object.entries(all)) {
    await writeFile(join(folder, "metadata", key), value);
  }
  for (const name of failing) await writeFile(join(folder, `${name}-fails`), "");
  const env = { FOLDER: folder, PATH: `${join(folder, "bin")}:/usr/bin:/bin`, TMPDIR: folder };
  const status = await promisify(execFile)("/bin/bash", ["-c", script], { env }).then(
    () => 0,
    (error: { code?: number }) => error.code,
  );
  for (const name of failing) await rm(join(folder, `${name}-fails`));
  const calls = await readFile(join(folder, "calls"), "utf8").catch(() => "");
  return { calls: calls.trimEnd().split("\n"), status };
}

const reported = (status: string) =>
  `gcloud compute instances add-metadata vm-1 --zone us-central1-a --metadata startup-script-status=${status}`;

describe("the wrapper of a start-up script", () => {
  const wrap = (script: string) => {
    const metadata = startupMetadata(script, true);
    return run(metadata["startup-script"] ?? "", metadata);
  };

  it("runs the script, whatever is in it, and tells that it is done", async () => {
    const { calls, status } = await wrap(
      '#!/bin/bash\necho "it\'s $((1 + 1))" >> "$FOLDER/calls"\n',
    );
    expect(calls).toEqual(["it's 2", reported("done")]);
    expect(status).toBe(0);
  });

  it("tells of a script that fails", async () => {
    const { calls, status } = await wrap("exit 3");
    expect(calls).toEqual([reported("error")]);
    expect(status).toBe(3);
  });
});

describe("the script that exports", () => {
  const disk = "-disk /dev/disk/by-id/google-toexport -y";

  it("writes the disk to the first path, and copies it to the others", async () => {
    const { calls } = await run(EXPORT_SCRIPT, { paths: "gs://a/1 gs://b/2 gs://c/3" });
    expect(calls).toEqual([
      `gce_export -gcs_path gs://a/1 ${disk}`,
      "gsutil cp gs://a/1 gs://b/2",
      "gsutil cp gs://a/1 gs://c/3",
      reported("done"),
    ]);
  });

  it.each(["gce_export", "gsutil"])("tells where %s fails", async (name) => {
    const { calls } = await run(EXPORT_SCRIPT, { paths: "gs://a/1 gs://b/2" }, [name]);
    expect(calls.at(-1)).toBe(reported("error"));
  });
});
