import { z } from "zod";
import { IMAGE_REFERENCE } from "./image-reference.ts";

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

  login: z.boolean().default(false).describe("Show credentials to the registry when pulling."),
  login_username: z.string().optional().describe("The user at the registry."),
  login_password: z
    .string()
    .optional()
    .meta({ description: "The password at the registry.", sensitive: true }),
  login_server: z.string().optional().describe("The registry. Default: Docker Hub."),

  docker_host: z
    .string()
    .optional()
    .describe("The engine's address. Default: DOCKER_HOST, else the default socket."),
  communicator: z
    .enum(["docker"], "can only be docker: provisioners reach the container through the engine")
    .default("docker")
    .describe("How provisioners reach the container."),
};

/** Options of the official plugin that this one does not have, and what to do instead. */
const leftOut = {
  windows_container:
    "Windows containers are not supported; leave it out to build a Linux container",
  ecr_login: `ECR is not logged in to by itself; use login with login_username = "AWS" and the token of \`aws ecr get-login-password\``,
  aws_access_key: "it belongs to ecr_login, which is not supported; use login",
  aws_secret_key: "it belongs to ecr_login, which is not supported; use login",
  aws_token: "it belongs to ecr_login, which is not supported; use login",
  aws_profile: "it belongs to ecr_login, which is not supported; use login",
  aws_force_use_public_ecr: "it belongs to ecr_login, which is not supported; use login",
  run_command:
    "the engine's API is used, not its command line; use entrypoint, command, network, volumes and the like",
  docker_path: "the engine's API is used, not its command line; name the engine with docker_host",
} as const;

const leftOutFields = {
  windows_container: z.boolean().optional().describe("Not supported."),
  ecr_login: z.boolean().optional().describe("Not supported."),
  aws_access_key: z.string().optional().describe("Not supported."),
  aws_secret_key: z.string().optional().describe("Not supported."),
  aws_token: z.string().optional().describe("Not supported."),
  aws_profile: z.string().optional().describe("Not supported."),
  aws_force_use_public_ecr: z.boolean().optional().describe("Not supported."),
  run_command: z.array(z.string()).optional().describe("Not supported."),
  docker_path: z.string().optional().describe("Not supported."),
} satisfies Record<keyof typeof leftOut, z.ZodType>;

/**
 * The builder's settings, named as the official plugin's options are. Its options that are left out are known here
 * so that they can be refused with a word on what to do instead.
 *
 * Source: packer-plugin-docker 1.1.4, `builder/docker/config.go` and `dockerfile_config.go`.
 */
export const configSchema = z
  .strictObject({ ...fields, ...leftOutFields })
  .superRefine((config, context) => {
    const refuse = (attribute: string, message: string) =>
      context.addIssue({ code: "custom", path: [attribute], message });
    for (const [name, cure] of Object.entries(leftOut)) {
      const value = config[name as keyof typeof leftOut];
      if (value !== undefined && value !== false) refuse(name, cure);
    }
    checkSource(config, refuse);
    checkOutcome(config, refuse);
    checkLogin(config, refuse);
  });

/** The builder's settings, checked and completed. */
export type DockerConfig = z.output<typeof configSchema>;

type Refuse = (attribute: string, message: string) => void;

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

function checkLogin(
  config: Pick<DockerConfig, "login" | "login_username" | "login_password" | "login_server">,
  refuse: Refuse,
): void {
  for (const name of ["login_username", "login_password"] as const) {
    if (config.login && !config[name]) refuse(name, "is needed with login");
  }
  for (const name of ["login_username", "login_password", "login_server"] as const) {
    if (!config.login && config[name]) refuse(name, "is of no use without login = true");
  }
}
