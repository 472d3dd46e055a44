export { BUILDER_ID, HappyCloudArtifact } from "./artifact.ts";
export { happyCloudBuilder } from "./builder.ts";
export { HappyCloudClient, HappyCloudError } from "./client.ts";
export { HappyCloudCommunicator } from "./communicator.ts";
export { type Config, config } from "./config.ts";
