import { runPlugin } from "@packerkit/plugin-sdk";

runPlugin({
  version: "0.1.0",
  builders: {
    ebs: async () => (await import("@packerkit/amazon/ebs")).ebsBuilder,
    ebsvolume: async () => (await import("@packerkit/amazon/ebsvolume")).ebsVolumeBuilder,
  },
  dataSources: {
    ami: async () => (await import("@packerkit/amazon/ami")).amiDataSource,
  },
});
