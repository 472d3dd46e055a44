import { runPlugin } from "@packerkit/plugin-sdk";

runPlugin({
  version: "0.1.0",
  builders: {
    arm: async () => (await import("@packerkit/azure")).armBuilder,
  },
});
