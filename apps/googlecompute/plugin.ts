import { DEFAULT_COMPONENT, runPlugin } from "@packerkit/plugin-sdk";

runPlugin({
  version: "0.1.0",
  builders: {
    [DEFAULT_COMPONENT]: async () =>
      (await import("@packerkit/googlecompute")).googleComputeBuilder,
  },
  postProcessors: {
    export: async () => (await import("@packerkit/googlecompute")).googleComputeExport,
    import: async () => (await import("@packerkit/googlecompute")).googleComputeImport,
  },
});
