import { spawn } from "node:child_process";
import { once } from "node:events";
import { startHappyCloud } from "@packerkit/cloud-sim";

// Starts a happy-cloud, runs a command that finds it in its environment, and ends the cloud with the command.
const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  process.stderr.write("Name the command to run, such as: packer build template.pkr.hcl\n");
  process.exit(2);
}
const cloud = await startHappyCloud();
const environment = {
  HAPPY_CLOUD_API_URL: `${cloud.url}/v1`,
  HAPPY_CLOUD_TOKEN: cloud.token,
};
const child = spawn(command, args, {
  stdio: "inherit",
  env: { ...process.env, ...environment },
});
// Ctrl-C reaches the command as well; the cloud must outlive its clean-up.
process.on("SIGINT", () => {});
try {
  const [status] = await once(child, "exit");
  process.exitCode = status ?? 1;
} catch (error) {
  process.stderr.write(`${command} could not be started: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
await cloud.close();
