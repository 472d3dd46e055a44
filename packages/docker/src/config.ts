import { z } from "zod";
import { IMAGE_REFERENCE } from "./image-reference.ts";
import {
  checkLogin,
  engineFields,
  leftOutBuilderFields,
  leftOutEngineFields,
  leftOutRegistryFields,
  loginFields,
  type Refuse,
  refuseLeftOut,
} from "./shared-settings.ts";

/** The nested block `build`: the image to start from is built from a Dockerfile. */
const buildBlock = z.strictObject({
  path: z.string().min(1, "name the Dockerfile").describe("The path of the Dockerfile."),
  build_dir: z
    .string()
    .default(".")
    .describe("The folder that the Dockerfile sees; what its .dockerignore names is left out."),
  arguments: z
    .record(z.string(), z.string())
    .default({})
    .describe("Build arguments, as `docker build --build-arg` takes them."),
  pull: z
    .boolean()
    .default(true)
    .describe("Pull the images that the Dockerfile starts from, even where the engine has them."),
  platform: z
    .string()
    .optional()
    .describe("The platform to build for, such as linux/arm64. Default: the builder's platform."),
  compress: z.boolean().default(false).describe("Send the folder compressed."),
});

const fields = {
  image: z
    .string()
    .regex(IMAGE_REFERENCE, "is no name of an image; use for instance busybox:1.37")
    .optional()
    .describe("The image to start from. Not together with `build`."),
  pull: z
    .boolean()
    .optional()
    .describe("Pull the image first. Default: true. With `build` it is `build.pull` that counts."),
  platform: z.string().optional().describe("The platform of the image, such as linux/arm64."),
  build: buildBlock.optional().describe("Build the image to start from out of a Dockerfile."),

  commit: z.boolean().default(false).describe("Make an image of the container."),
  export_path: z
    .string()
    .optional()
    .describe("Write the container's file system to this file, as a tar archive."),
  discard: z.boolean().default(false).describe("Keep nothing of the container."),
  author: z.string().default("").describe("The author of the commit."),
  message: z.string().default("").describe("The message of the commit."),
  changes: z
    .array(z.string())
    .default([])
    .describe("Dockerfile instructions to apply to the commit, such as `USER app`."),

  entrypoint: z
    .array(z.string())
    .default(["/bin/sh"])
    .describe("What the container runs; it must keep running while it is provisioned."),
  command: z.array(z.string()).default([]).describe("Arguments of the entrypoint."),
  network: z
    .string()
    .optional()
    .describe("The container's network, as `docker run --network` takes it."),
  volumes: z
    .record(z.string(), z.string())
    .default({})
    .describe("Folders of the host (or names of volumes) and where the container sees them."),
  tmpfs: z
    .array(z.string())
    .default([])
    .describe("Where to mount file systems in memory, such as /run or /run:size=64m."),
  device: z
    .array(z.string().startsWith("/", "starts with / ; use for instance /dev/fuse:/dev/fuse:rwm"))
    .default([])
    .describe("Devices of the host that the container may use."),
  cap_add: z.array(z.string()).default([]).describe("Linux capabilities to add."),
  cap_drop: z.array(z.string()).default([]).describe("Linux capabilities to take away."),
  privileged: z.boolean().default(false).describe("Run the container with all privileges."),
  runtime: z.string().optional().describe("The container runtime, such as runsc."),
  container_dir: z
    .string()
    .startsWith("/", "must be an absolute path")
    .default("/packer-files")
    .describe(
      "A scratch folder in the container; what is in it does not become part of the image.",
    ),

  exec_user: z
    .string()
    .optional()
    .describe("The user (uid or uid:gid) who runs the provisioners' commands."),
  pty: z.boolean().default(false).describe("Give the provisioners' commands a terminal."),
  fix_upload_owner: z
    .boolean()
    .default(true)
    .describe("Uploaded files belong to the container's user; else to root."),

  ...loginFields,
  ...engineFields,
  communicator: z
    .enum(["docker"], "can only be docker: provisioners reach the container through the engine")
    .default("docker")
    .describe("How provisioners reach the container."),
};

/**
 * The builder's settings, named as the official plugin's options are. Its options that are left out are known here
 * so that they can be refused with a word on what to do instead.
 *
 * Source: packer-plugin-docker 1.1.4, `builder/docker/config.go` and `dockerfile_config.go`.
 */
export const configSchema = z
  .strictObject({
    ...fields,
    ...leftOutBuilderFields,
    ...leftOutRegistryFields,
    ...leftOutEngineFields,
  })
  .superRefine((config, context) => {
    const refuse: Refuse = (attribute, message) =>
      context.addIssue({ code: "custom", path: [attribute], message });
    refuseLeftOut(config, refuse);
    checkSource(config, refuse);
    checkOutcome(config, refuse);
    checkLogin(config, refuse);
  });

/** The builder's settings, checked and completed. */
export type DockerConfig = z.output<typeof configSchema>;

function checkSource(
  { image, build }: Pick<DockerConfig, "image" | "build">,
  refuse: Refuse,
): void {
  if (image !== undefined && build !== undefined) {
    refuse("image", "cannot be given together with build; keep one of them");
  }
  if (image === undefined && build === undefined) {
    refuse("image", "is missing; name the image to start from, or give a build block");
  }
}

function checkOutcome(
  config: Pick<DockerConfig, "commit" | "discard" | "export_path">,
  refuse: Refuse,
): void {
  const chosen = [
    ...(config.commit ? ["commit"] : []),
    ...(config.discard ? ["discard"] : []),
    ...(config.export_path === undefined ? [] : ["export_path"]),
  ];
  if (chosen.length === 0) {
    refuse("commit", "is missing; set one of commit, discard and export_path");
  }
  if (chosen.length > 1) {
    refuse(chosen[1] as string, `cannot be set together with ${chosen[0]}; keep one of them`);
  }
  if (config.export_path !== undefined && /^$|[/\\]$/.test(config.export_path)) {
    refuse("export_path", "must name a file, such as ./busybox.tar");
  }
}
