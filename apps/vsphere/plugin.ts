import { runPlugin } from "@packerkit/plugin-sdk";

runPlugin({
  version: "0.1.0",
  builders: {
    clone: async () => (await import("@packerkit/vsphere")).vsphereCloneBuilder,
    iso: async () => (await import("@packerkit/vsphere")).vsphereIsoBuilder,
  },
  postProcessors: {
    template: async () => (await import("@packerkit/vsphere")).vsphereTemplate,
  },
});
