import { join } from "node:path";
import { startVSphere, type VSphereStandIn } from "@packerkit/cloud-sim";
import type { Expectations } from "@packerkit/conformance";
import { describeArtifactConformance } from "@packerkit/conformance/vitest";
import type { Artifact } from "@packerkit/registry-image";
import { BUILDER_ID, ContentLibraries, VimSession, VSphereArtifact } from "../src/index.ts";
import type { TestVCenter } from "./backend.ts";
import { clone, cloneSettings, install, isoSettings, temporaryFolder } from "./harness.ts";
import { asTestVCenter } from "./stand-in.ts";

const PASSWORD = "a-password-that-must-not-show";

/** What every artifact of this package must look like. */
const shared: Expectations = {
  builderId: BUILDER_ID,
  provider: "vsphere",
  region: /^east$/,
  labels: ["datastore", "memory_mb", "num_cpu", "vsphere_uuid"],
  stateKeys: ["generated_data", "metadata"],
  secrets: [PASSWORD],
};

/** A fresh artifact on a vCenter of its own, with the handles that the rules turn. */
async function subject(
  make: (vcenter: TestVCenter, folder: string) => Promise<Artifact>,
  name: string,
) {
  const standIn = await startVSphere({ password: PASSWORD, taskMs: 1, installMs: 2 });
  const folder = await temporaryFolder();
  const vcenter = asTestVCenter(standIn);
  const artifact = await make(vcenter, folder.path);
  return {
    artifact,
    withGeneratedData: (generatedData: unknown) => artifactOf(standIn, name, generatedData),
    remaining: () =>
      standIn.snapshot().machines.flatMap(({ path }) => (path.endsWith(`/${name}`) ? [name] : [])),
    breakDestroy() {
      standIn.faults.inject({ kind: "error", operation: "Destroy_Task" });
      return [name];
    },
    async dispose() {
      await standIn.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function artifactOf(
  { server, username, password }: VSphereStandIn,
  name: string,
  generated_data: unknown,
): VSphereArtifact {
  const session = new VimSession({ server, username, password, insecure: true });
  return new VSphereArtifact({
    session,
    libraries: new ContentLibraries(session),
    vm: undefined,
    name,
    datacenter: "east",
    sourceId: "debian-12",
    labels: { num_cpu: "1", memory_mb: "32", datastore: "datastore1", vsphere_uuid: "a" },
    stateData: { generated_data, metadata: {} },
  });
}

describeArtifactConformance(
  "a clone that is exported and becomes a template",
  () =>
    subject((vcenter, folder) => {
      const output_directory = join(folder, "out");
      const more = { notes: "made by a test", CPUs: 2, export: { output_directory } };
      return clone(cloneSettings(vcenter, more));
    }, "web-1"),
  {
    ...shared,
    imageId: /^web-1$/,
    sourceId: /^debian-12$/,
    labels: [...(shared.labels ?? []), "annotation", "host", "network"],
    stateKeys: [...(shared.stateKeys ?? []), "source_template"],
  },
);

describeArtifactConformance(
  "an installation",
  () =>
    subject((vcenter) => {
      const iso_paths = ["[datastore1] iso/debian.iso"];
      return install(isoSettings(vcenter, { iso_paths }));
    }, "installed-1"),
  {
    ...shared,
    imageId: /^installed-1$/,
    sourceId: /^\[datastore1\] iso\/debian\.iso$/,
    labels: [...(shared.labels ?? []), "cluster", "network"],
    stateKeys: [...(shared.stateKeys ?? []), "iso_path"],
  },
);
