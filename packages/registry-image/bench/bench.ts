import { parseArgs } from "node:util";
import { measure } from "mitata";
import {
  fromArtifact,
  fromMappedData,
  type Image,
  setLabels,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "../src/index.ts";
import { digest, makeMappedData } from "./mapped-data.ts";

/** What this benchmark, and that of the Go SDK, print as JSON. */
export interface BenchmarkReport {
  /** Names what was measured, with versions. */
  runtime: string;
  measurements: Measurement[];
  /** The same on both sides only where both mapped the same data. */
  dataDigest: string;
}

export interface Measurement {
  case: string;
  /** Which of several ways to the same end this is, such as the type of the data. */
  variant: string;
  /** The mean time of one call. */
  nanoseconds: number;
}

const artifact = { builderId: () => "mitchellh.amazonebs", id: () => "us-east-1:ami-0abcdef0" };
const labels = { os: "linux", arch: "amd64" };

function makeImage(): Image {
  return fromArtifact(
    artifact,
    withId("ami-0abcdef0"),
    withProvider("aws"),
    withRegion("us-east-1"),
    withSourceId("ami-0fedcba0"),
    setLabels(labels),
  );
}

function toImage(region: string, ami: string): Image {
  return {
    imageId: ami,
    providerName: "aws",
    providerRegion: region,
    labels: {},
    sourceImageId: "",
  };
}

async function runBenchmark(): Promise<BenchmarkReport> {
  const measurements: Measurement[] = [];
  const add = async (name: string, variant: string, run: () => unknown) => {
    const { avg } = await measure(run);
    measurements.push({ case: name, variant, nanoseconds: avg });
  };

  await add("fromArtifact, five overrides", "", makeImage);
  let data: Record<string, string> = {};
  for (const size of [1, 100, 100_000]) {
    data = makeMappedData(size);
    const map = new Map(Object.entries(data));
    const name = `fromMappedData, ${size} entries`;
    await add(name, "record", () => fromMappedData(data, toImage));
    await add(name, "Map", () => fromMappedData(map, toImage));
  }
  return { runtime: `Node ${process.version}`, measurements, dataDigest: digest(data) };
}

const { values: options } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const report = await runBenchmark();
if (options.json) {
  console.log(JSON.stringify(report));
} else {
  console.log(report.runtime);
  for (const { case: name, variant, nanoseconds } of report.measurements) {
    const time = `${nanoseconds.toLocaleString("en", { maximumFractionDigits: 1 })} ns`;
    console.log(`${name.padEnd(32)} ${variant.padEnd(8)} ${time.padStart(20)}`);
  }
}
