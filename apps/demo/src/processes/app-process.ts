import { setMaxListeners } from "node:events";
import { consoleUi } from "@packerkit/plugin-sdk";
import { RegistryClient } from "@packerkit/registry";
import { loadFlow } from "../discover.ts";
import { runFlow } from "../run-flow.ts";
import type { FromApp, ToApp } from "./messages.ts";

// Runs the flow of the app that its argument names. It ends after its report, or once the demo is gone and everything
// is cleaned up.
const [name = ""] = process.argv.slice(2);
const loading = loadFlow(name);
loading.catch(() => {}); // told when the flow is to run
const controller = new AbortController();
setMaxListeners(0, controller.signal);

// Ctrl-C in a terminal reaches every process: the demo says what to do about it.
process.on("SIGINT", () => {}).on("SIGTERM", () => {});
process.on("disconnect", () => {
  if (controller.signal.aborted) process.exit(130);
  controller.abort(new Error("the demo is gone"));
});
process.on("message", (message: ToApp) => {
  if (message.kind === "cancel") controller.abort(new Error(message.reason));
  else void run(message);
});

async function run({ keep, registry }: ToApp & { kind: "run" }): Promise<void> {
  const client = RegistryClient.fromEnvironment(registry);
  const { signal } = controller;
  const options = { ui: consoleUi(name), signal, keep, registry: client };
  const report = await runFlow(await loading, options);
  await client.close();
  if (process.connected) {
    process.send?.({ report } satisfies FromApp, () => process.disconnect());
  }
}
