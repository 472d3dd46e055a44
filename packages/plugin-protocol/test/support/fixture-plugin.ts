import { formatDescription, type ServedComponent, servePlugin } from "../../src/index.ts";
import {
  fixtureBuilder,
  fixtureDataSource,
  fixturePostProcessor,
  fixtureProvisioner,
} from "./fixture-components.ts";

/** A whole plugin in one file, to be started as Packer starts one. */
const components: Record<string, () => ServedComponent> = {
  builder: () => ({ kind: "builder", component: fixtureBuilder() }),
  provisioner: () => ({ kind: "provisioner", component: fixtureProvisioner() }),
  "post-processor": () => ({ kind: "post-processor", component: fixturePostProcessor() }),
  datasource: () => ({ kind: "datasource", component: fixtureDataSource() }),
};

const [verb, kind = ""] = process.argv.slice(2);
if (verb === "describe") {
  console.log(
    formatDescription({
      version: "1.2.3",
      sdkVersion: "0.6.10",
      apiVersion: "x5.0",
      builders: ["z", "a"],
      postProcessors: ["a"],
      provisioners: ["a"],
      dataSources: ["a"],
      protocolVersion: "v2",
    }),
  );
} else {
  process.on("SIGINT", () => {}).on("SIGTERM", () => {});
  process.stderr.write("the fixture starts\n");
  const served = components[kind]?.();
  if (served === undefined) throw new Error(`no such kind: ${kind}`);
  await servePlugin(served, { onListening: (line) => console.log(line) });
}
