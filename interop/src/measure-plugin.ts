import { describeFailure, startCommand } from "./command.ts";
import { ensureDebianProgram } from "./debian.ts";
import { pluginEnvironment, runSdkClient } from "./sdk-client.ts";

/** How fast and how large a plugin is, as Packer sees it; see peers/sdk-client/measure.go. */
export interface PluginMeasurements {
  describeMilliseconds: number;
  /** The most memory that `describe` held at a time. */
  describePeakMegabytes: number;
  /** From the start of the process to the answer to its first call. */
  firstReplyMilliseconds: number;
  /** The most memory that the process held until then. */
  firstReplyPeakMegabytes: number;
  /** Calls of `Artifact.State` for one image, one at a time. */
  stateCallsPerSecond: number;
  uploadMegabytesPerSecond: number;
  downloadMegabytesPerSecond: number;
}

/**
 * Measures a plugin in turn with others: of every number the best that any of the rounds gave, since the machine's
 * other work can only make one worse.
 *
 * @returns the measurements in the order of `files`.
 * @throws {PeerError} where the peers that measure cannot be had.
 */
export async function measurePlugins(
  files: readonly string[],
  rounds: number,
): Promise<PluginMeasurements[]> {
  const best: PluginMeasurements[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [at, file] of files.entries()) {
      const measured = await measurePlugin(file);
      best[at] = better(best[at] ?? measured, measured);
    }
  }
  return best;
}

async function measurePlugin(file: string): Promise<PluginMeasurements> {
  const describePeakMegabytes = await describePeak(file);
  return { ...JSON.parse(await runSdkClient(["measure"], file)), describePeakMegabytes };
}

/** GNU time is small enough not to be what it measures: a process counts the memory of the one that started it. */
async function describePeak(file: string): Promise<number> {
  const time = await ensureDebianProgram("GNU time", "time", "time");
  const options = { env: pluginEnvironment(file) };
  const result = await startCommand(time, ["--format", "%M", file, "describe"], options);
  if (result.failed) throw new Error(`describe failed: ${describeFailure(result)}`);
  return (Number(result.stderr) * 1024) / 1e6;
}

/** Rates are the better the higher, all else the lower. */
function better(left: PluginMeasurements, right: PluginMeasurements): PluginMeasurements {
  const names = Object.keys(left) as (keyof PluginMeasurements)[];
  const entries = names.map((name) => {
    const pick = name.endsWith("PerSecond") ? Math.max : Math.min;
    return [name, pick(left[name], right[name])];
  });
  return Object.fromEntries(entries);
}
