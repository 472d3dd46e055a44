import { runPlugin } from "@packerkit/plugin-sdk";

runPlugin({
  version: "0.1.0",
  builders: {
    clone: async () => (await import("@packerkit/vsphere")).vsphereCloneBuilder,
  },
});
