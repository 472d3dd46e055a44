import { fileURLToPath } from "node:url";
import {
  ctyFromPlain,
  ctyToPlain,
  ctyType,
  type DataSource,
  servePlugin,
  startPlugin,
} from "@packerkit/plugin-protocol";

const clock: DataSource = {
  configSpec: () => ({ kind: "object", attributes: {} }),
  outputSpec: () => ({
    kind: "object",
    attributes: { now: { kind: "attr", name: "now", type: ctyType.string, required: false } },
  }),
  configure: async () => {},
  execute: async () => ctyFromPlain({ now: new Date().toISOString() }),
};

if (process.argv[2] === "start") {
  await servePlugin(
    { kind: "datasource", component: clock },
    { onListening: (handshake) => console.log(handshake) },
  );
} else {
  const plugin = await startPlugin({
    file: process.execPath,
    leadingArguments: [fileURLToPath(import.meta.url)],
    kind: "datasource",
    name: "clock",
    onLog: (line) => console.error(line),
  });
  await plugin.component.configure([]);
  const value = await plugin.component.execute({ signal: AbortSignal.timeout(10_000) });
  console.log(ctyToPlain(value));
  await plugin.close();
}
