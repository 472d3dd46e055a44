import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";

// Runs the whole demo several times and prints wall time and peak memory of its process: the least, the median, the most.

const bin = resolve(import.meta.dirname, "../bin.js");
const hook =
  "process.on('exit', () => process.stderr.write('\\n' + process.resourceUsage().maxRSS))";

/** One run on the embedded stand-ins: seconds, and megabytes. */
async function run(): Promise<{ seconds: number; megabytes: number }> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ["--import", `data:text/javascript,${hook}`, bin, "--json"],
    {
      env: { ...process.env, DOCKER_HOST: "unix:///nonexistent/docker.sock" },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const [output, [status]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  if (status !== 0) throw new Error(`the demo failed (${status}):\n${output}`);
  const kilobytes = Number(output.slice(output.lastIndexOf("\n")));
  return { seconds: (performance.now() - started) / 1000, megabytes: kilobytes / 1024 };
}

const runs = [];
for (let count = 0; count < 5; count++) runs.push(await run());
for (const figure of ["seconds", "megabytes"] as const) {
  const sorted = runs.map((one) => one[figure]).toSorted((a, b) => a - b);
  const shown = [sorted[0], sorted[2], sorted[4]].map((value) =>
    value?.toFixed(figure === "seconds" ? 2 : 0),
  );
  console.log(`demo, ${figure}: ${shown.join(" / ")} (least / median / most of ${runs.length})`);
}
