import { chmod, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  type ConfigurationName,
  publishBase,
  readConfigurations,
  type TerraformRecording,
  withoutIds,
  writeRecording,
} from "../fixtures/registry/terraform-recording.ts";
import { describeFailure, startCommand } from "../src/command.ts";
import { signIn } from "../src/registry-api.ts";
import { createPrincipal, newStoreFolder, startRegistryServer } from "../src/registry-server.ts";
import { startRecorder } from "./recorder.ts";

// Runs Terraform and its provider for HCP, which no package registry has, on the configuration of docs/registry.md and a
// further one, and records what they ask of the registry:
//
//     pnpm --filter @packerkit/interop run record:terraform --provider /path/to/terraform-provider-hcp

const { values } = parseArgs({
  options: { provider: { type: "string" }, terraform: { type: "string", default: "terraform" } },
});
const { provider, terraform } = values;
if (provider === undefined) throw new Error("name the provider's binary with --provider");

const [APPLY, PLAN, DESTROY] = [
  "apply -auto-approve",
  "plan -detailed-exitcode",
  "destroy -auto-approve",
];

/** With the variables that are left out. */
const STEPS: [configuration: ConfigurationName, command: string, without: string[]][] = [
  ["docs/registry.md", APPLY, []],
  ["docs/registry.md", APPLY, []],
  ["docs/registry.md", PLAN, ["HCP_ORGANIZATION_ID", "HCP_PROJECT_ID"]],
  ["docs/registry.md", DESTROY, []],
  ["terraform-further.tf", APPLY, []],
  ["terraform-further.tf", PLAN, []],
  ["terraform-further.tf", DESTROY, []],
];

const store = await newStoreFolder();
const server = await startRegistryServer(store);
const folder = await mkdtemp(join(tmpdir(), "pk-terraform-"));
try {
  const environment = await createPrincipal(store, server, { role: "contributor" });
  await publishBase(await signIn(server.url, environment));
  await using recorder = await startRecorder(server.url);
  const configurations = await readConfigurations();
  const recording: TerraformRecording = { client: "", configurations, steps: [] };
  await prepare(resolve(provider));
  for (const [configuration, command, without] of STEPS) {
    await writeFile(`${folder}/main.tf`, configurations[configuration]);
    const variables: Record<string, string | undefined> = {
      ...environment,
      HCP_API_ADDRESS: recorder.address,
      TF_CLI_CONFIG_FILE: `${folder}/cli.tfrc`,
      CHECKPOINT_DISABLE: "1",
      TF_IN_AUTOMATION: "1",
    };
    for (const name of without) variables[name] = undefined;
    const args = [...command.split(" "), "-no-color", "-input=false", "-parallelism=1"];
    const env = { ...process.env, ...variables };
    const result = await startCommand(terraform, args, { cwd: folder, env });
    console.log(
      `${configuration}: terraform ${command}: exit code ${result.exitCode}\n${result.stdout}`,
    );
    if (result.failed) throw new Error(describeFailure(result));
    const calls = withoutIds(recorder.take(), environment);
    recording.steps.push({ configuration, command, calls });
  }
  recording.client = recorder.client;
  await writeRecording(recording);
} finally {
  await server.stop();
  await store.remove();
  await rm(folder, { recursive: true, force: true });
}

/** Lets Terraform take the provider as it is: it would look for its releases otherwise. */
async function prepare(binary: string): Promise<void> {
  await copyFile(binary, `${folder}/terraform-provider-hcp`);
  await chmod(`${folder}/terraform-provider-hcp`, 0o755);
  await writeFile(
    `${folder}/cli.tfrc`,
    `provider_installation {
  dev_overrides { "hashicorp/hcp" = "${folder}" }
  direct {}
}
`,
  );
}
