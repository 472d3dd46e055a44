import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";

// Runs the whole demo several times and prints wall time, CPU time and the peak memory of its largest process: the least,
// the median, the most.

const bin = resolve(import.meta.dirname, "../bin.js");
/** Every process of the demo says at its end what it took. */
const hook = `process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.stderr.write("\\n@@ " + maxRSS + " " + (userCPUTime + systemCPUTime) + "\\n");
});`;

interface Figures {
  seconds: number;
  "seconds of CPU": number;
  megabytes: number;
}

/** One run on the embedded stand-ins. */
async function run(): Promise<Figures> {
  const started = performance.now();
  const child = spawn(process.execPath, [bin, "--json"], {
    env: {
      ...process.env,
      DOCKER_HOST: "unix:///nonexistent/docker.sock",
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hook)}`,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [output, [status]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  if (status !== 0) throw new Error(`the demo failed (${status}):\n${output}`);
  const processes = [...output.matchAll(/^@@ (\d+) (\d+)$/gm)];
  return {
    seconds: (performance.now() - started) / 1000,
    "seconds of CPU": processes.reduce((sum, [, , cpu]) => sum + Number(cpu), 0) / 1e6,
    megabytes: Math.max(...processes.map(([, kilobytes]) => Number(kilobytes) / 1024)),
  };
}

const runs: Figures[] = [];
for (let count = 0; count < 5; count++) runs.push(await run());
for (const figure of ["seconds", "seconds of CPU", "megabytes"] as const) {
  const sorted = runs.map((one) => one[figure]).toSorted((a, b) => a - b);
  const shown = [sorted[0], sorted[2], sorted[4]].map((value) =>
    value?.toFixed(figure === "megabytes" ? 0 : 1),
  );
  console.log(`demo, ${figure}: ${shown.join(" / ")} (least / median / most of ${runs.length})`);
}
