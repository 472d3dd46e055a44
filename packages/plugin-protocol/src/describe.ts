import { type PluginDescription, parseDescription } from "./description.ts";
import { messageOf } from "./errors.ts";
import { type PluginCommand, PluginProcess } from "./plugin-process.ts";

/** The largest answer to `describe` that is read, in bytes. */
const MAX_ANSWER = 1024 * 1024;

/**
 * Asks a plugin to describe itself.
 *
 * Source: `GetPluginDescription`, packer `packer/plugin-getter/plugins.go`.
 *
 * @throws {ProtocolError} `PLUGIN_START` where it fails, or answers something else, or not within `timeout`
 * milliseconds (default: 60,000).
 */
export async function describePlugin(
  command: PluginCommand & { timeout?: number },
): Promise<PluginDescription> {
  const process = new PluginProcess(command, ["describe"]);
  const { timeout = 60_000 } = command;
  let output = "";
  process.child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
    if (output.length > MAX_ANSWER) process.child.kill("SIGKILL");
  });
  const timer = setTimeout(() => process.child.kill("SIGKILL"), timeout);
  const status = await process.exited;
  clearTimeout(timer);
  if (status !== 0) throw process.error(`\`describe\` ended with ${status}`);
  try {
    return parseDescription(output);
  } catch (cause) {
    const shown = JSON.stringify(output.slice(0, 200));
    throw process.error(`\`describe\` answered ${shown}: ${messageOf(cause)}`, cause);
  }
}
