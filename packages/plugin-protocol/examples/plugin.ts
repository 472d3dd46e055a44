import { ctyFromPlain, ctyType, type HclObjectSpec, servePlugin } from "@packerkit/plugin-protocol";

const nothing: HclObjectSpec = { kind: "object", attributes: {} };
const output: HclObjectSpec = {
  kind: "object",
  attributes: { now: { kind: "attr", name: "now", type: ctyType.string, required: false } },
};

await servePlugin(
  {
    kind: "datasource",
    component: {
      configSpec: () => nothing,
      outputSpec: () => output,
      configure: async () => {},
      execute: async () => ctyFromPlain({ now: new Date().toISOString() }),
    },
  },
  { onListening: (handshake) => console.log(handshake) },
);
