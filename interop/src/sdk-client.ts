import { dirname, join } from "node:path";
import { describeFailure, startCommand } from "./command.ts";
import { buildGoPeer } from "./go-peer.ts";

/** What the Go SDK's client found, by name; see peers/sdk-client. */
export type Found = Readonly<Record<string, unknown>>;

/** Which component of a plugin to drive, and what to have it do. */
export interface Drive {
  kind: "builder" | "provisioner" | "post-processor" | "datasource";
  /** The component's setting `mode`. */
  mode: string;
  /** What a builder's hook does with the machine, or what is done with its artifact. */
  exercise?: string;
}

/** Drives the plugin `file` through the Go SDK's own client, as Packer does. */
export async function driveWithGo(
  file: string,
  { kind, mode, exercise = "-" }: Drive,
): Promise<Found> {
  return JSON.parse(await runSdkClient([kind, mode, exercise], file));
}

/** Runs peers/sdk-client on a plugin, and answers what it prints. */
export async function runSdkClient(args: readonly string[], file: string): Promise<string> {
  const result = await startCommand(await buildGoPeer("sdk-client"), [...args, file], {
    env: pluginEnvironment(file),
    timeout: 120_000,
  });
  if (result.failed) throw new Error(`sdk-client failed: ${describeFailure(result)}`);
  return result.stdout;
}

/** Where plugins of ours run on the Node of this process, and keep what they compile beside their file. */
export function pluginEnvironment(file: string): Record<string, string | undefined> {
  const compileCache = join(dirname(file), "compile-cache");
  return { ...process.env, PACKERKIT_NODE: process.execPath, NODE_COMPILE_CACHE: compileCache };
}
