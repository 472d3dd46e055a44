import { beforeAll, describe, expect, it } from "vitest";
import { describeFailure, startCommand } from "../src/command.ts";
import { buildGoPeer } from "../src/go-peer.ts";
import { repositoryRoot } from "../src/paths.ts";

/** Both sides are measured in turn so many times, and the fastest of each is taken. */
const ROUNDS = 2;

/** What both benchmarks print. */
interface BenchmarkReport {
  runtime: string;
  measurements: { case: string; variant: string; nanoseconds: number }[];
  dataDigest: string;
}

describe("packages/registry-image against the Go SDK", () => {
  let goBenchmark = "";
  beforeAll(async () => {
    goBenchmark = await buildGoPeer("sdk-bench");
  });

  it("measures the same cases on the same data, and prints the ratios", async () => {
    const ourBenchmark = `${repositoryRoot}/packages/registry-image/bench/bench.ts`;
    const reports: { ours: BenchmarkReport; go: BenchmarkReport }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const go = await report(goBenchmark, []);
      reports.push({ ours: await report(process.execPath, [ourBenchmark, "--json"]), go });
    }
    const ours = fastest(reports.map((one) => one.ours));
    const go = fastest(reports.map((one) => one.go));

    console.log(ratioTable(ours, go));
    expect(ours.dataDigest).toBe(go.dataDigest);
    expect(new Set(ours.measurements.map((one) => one.case))).toEqual(
      new Set(go.measurements.map((one) => one.case)),
    );
    for (const { nanoseconds } of [...ours.measurements, ...go.measurements]) {
      expect(nanoseconds).toBeGreaterThan(0);
    }
  });
});

async function report(program: string, args: readonly string[]): Promise<BenchmarkReport> {
  const result = await startCommand(program, args);
  if (result.failed) throw new Error(`the benchmark failed: ${describeFailure(result)}`);
  return JSON.parse(result.stdout);
}

/** The shortest mean of each measurement: whatever else the machine did can only have made it longer. */
function fastest([first, ...others]: readonly BenchmarkReport[]): BenchmarkReport {
  if (first === undefined) throw new Error("no benchmark was run");
  const measurements = first.measurements.map((measurement, index) => {
    const times = others.map((one) => one.measurements[index]?.nanoseconds ?? Number.NaN);
    return { ...measurement, nanoseconds: Math.min(measurement.nanoseconds, ...times) };
  });
  return { ...first, measurements };
}

/** One line a case: both times, and ours divided by Go's, so that below 1 ours is the faster. */
function ratioTable(ours: BenchmarkReport, go: BenchmarkReport): string {
  const lines = [`${ours.runtime} against ${go.runtime}, nanoseconds a call:`];
  for (const { case: name, variant, nanoseconds } of ours.measurements) {
    const reference = go.measurements.find((one) => one.case === name);
    if (reference === undefined) continue;
    const title = variant === "" ? name : `${name}, ${variant}`;
    const [our, their] = [nanoseconds, reference.nanoseconds].map((time) =>
      time.toFixed(0).padStart(11),
    );
    const ratio = (nanoseconds / reference.nanoseconds).toFixed(2);
    lines.push(`${title.padEnd(40)} ${our} : ${their} = ${ratio.padStart(5)}`);
  }
  return lines.join("\n");
}
