import { DEFAULT_COMPONENT, runPlugin } from "@packerkit/plugin-sdk";

runPlugin({
  version: "0.1.0",
  builders: {
    [DEFAULT_COMPONENT]: async () => (await import("@packerkit/docker")).dockerBuilder,
  },
  postProcessors: {
    import: async () => (await import("@packerkit/docker")).dockerImport,
    push: async () => (await import("@packerkit/docker")).dockerPush,
    save: async () => (await import("@packerkit/docker")).dockerSave,
    tag: async () => (await import("@packerkit/docker")).dockerTag,
  },
});
