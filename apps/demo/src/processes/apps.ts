import type { Environment } from "@packerkit/registry";
import { emptyBuildReport, type FlowReport } from "../report.ts";
import { startChild } from "./child.ts";
import type { FromApp, ToApp } from "./messages.ts";

/** As many as the smallest of machines has cores; each of them holds a cloud's SDK in memory. */
const AT_ONCE = 2;

export interface RunAppsOptions {
  keep: boolean;
  signal: AbortSignal;
  /** Settles once there is a registry to publish to. */
  registry: Promise<{ environment: Environment }>;
}

/** Runs the flow of each app in a process of its own, two at a time. The reports come in the order of the names. */
export async function runApps(
  names: readonly string[],
  options: RunAppsOptions,
): Promise<FlowReport[]> {
  const reports: FlowReport[] = [];
  const queue = names.entries();
  const work = async () => {
    for (const [index, name] of queue) reports[index] = await runApp(name, options);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return reports;
}

async function runApp(name: string, { keep, signal, registry }: RunAppsOptions) {
  const cancelled = () => `it was not run: ${(signal.reason as Error).message}`;
  if (signal.aborted) return failedReport(name, cancelled());
  let report: FlowReport | undefined;
  const said = (message: FromApp) => {
    report = message.report;
  };
  const child = startChild<ToApp, FromApp>("app", said, { args: [name] });
  const cancel = () => child.tell({ kind: "cancel", reason: (signal.reason as Error).message });
  signal.addEventListener("abort", cancel);
  try {
    const { environment } = await registry;
    child.tell({ kind: "run", keep, registry: environment });
    const end = await child.ended;
    return report ?? failedReport(name, `its process ended without a report: ${end}`);
  } catch (error) {
    child.tell({ kind: "cancel", reason: "there is no registry" });
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function failedReport(app: string, error: string): FlowReport {
  return { app, ok: false, ...emptyBuildReport(), kept: false, duration: 0, errors: [error] };
}
