import { fileURLToPath } from "node:url";
import { ctyToPlain, startPlugin } from "@packerkit/plugin-protocol";

const plugin = await startPlugin({
  file: process.execPath,
  leadingArguments: [fileURLToPath(new URL("plugin.ts", import.meta.url))],
  kind: "datasource",
  name: "clock",
  onLog: (line) => console.error(line),
});
try {
  await plugin.component.configure([]);
  const value = await plugin.component.execute({ signal: AbortSignal.timeout(10_000) });
  console.log(ctyToPlain(value));
} finally {
  await plugin.close();
}
