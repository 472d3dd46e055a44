import { z } from "zod";

/** Which engine is meant; the builder and the post-processors have it. */
export const engineFields = {
  docker_host: z
    .string()
    .optional()
    .describe("The engine's address. Default: DOCKER_HOST, else the default socket."),
};

/** Who we are at a registry. */
export const loginFields = {
  login: z.boolean().default(false).describe("Show credentials to the registry."),
  login_username: z.string().optional().describe("The user at the registry."),
  login_password: z
    .string()
    .optional()
    .meta({ description: "The password at the registry.", sensitive: true }),
  login_server: z.string().optional().describe("The registry. Default: Docker Hub."),
};

/** The settings of {@link loginFields}, checked. */
export type LoginSettings = z.output<z.ZodObject<typeof loginFields>>;

/** Notes what is wrong with an attribute. */
export type Refuse = (attribute: string, message: string) => void;

/** Refuses credentials that are incomplete, or that nobody would be shown. */
export function checkLogin(settings: LoginSettings, refuse: Refuse): void {
  for (const name of ["login_username", "login_password"] as const) {
    if (settings.login && !settings[name]) refuse(name, "is needed with login");
  }
  for (const name of ["login_username", "login_password", "login_server"] as const) {
    if (!settings.login && settings[name]) refuse(name, "is of no use without login = true");
  }
}

const unsupportedFlag = z.boolean().optional().describe("Not supported.");
const unsupportedText = z.string().optional().describe("Not supported.");

/** Of the official plugin's options, those for Amazon's registry. They are known here to be refused. */
export const leftOutRegistryFields = {
  ecr_login: unsupportedFlag,
  aws_access_key: unsupportedText,
  aws_secret_key: unsupportedText,
  aws_token: unsupportedText,
  aws_profile: unsupportedText,
  aws_force_use_public_ecr: unsupportedFlag,
};

/** Of the official plugin's options, the one that names the command line. It is known here to be refused. */
export const leftOutEngineFields = { docker_path: unsupportedText };

/** Of the official builder's options, those that are known here to be refused. */
export const leftOutBuilderFields = {
  windows_container: unsupportedFlag,
  run_command: z.array(z.string()).optional().describe("Not supported."),
};

const ofEcrLogin = "it belongs to ecr_login, which is not supported; use login";

/** What to do instead of what is left out. */
const cures: Readonly<Record<string, string>> = {
  windows_container:
    "Windows containers are not supported; leave it out to build a Linux container",
  ecr_login: `ECR is not logged in to by itself; use login with login_username = "AWS" and the token of \`aws ecr get-login-password\``,
  aws_access_key: ofEcrLogin,
  aws_secret_key: ofEcrLogin,
  aws_token: ofEcrLogin,
  aws_profile: ofEcrLogin,
  aws_force_use_public_ecr: ofEcrLogin,
  run_command:
    "the engine's API is used, not its command line; use entrypoint, command, network, volumes and the like",
  docker_path: "the engine's API is used, not its command line; name the engine with docker_host",
};

/** Refuses each option that is left out and switched on all the same, with what to do instead. */
export function refuseLeftOut(settings: Readonly<Record<string, unknown>>, refuse: Refuse): void {
  for (const [name, cure] of Object.entries(cures)) {
    const value = settings[name];
    if (value !== undefined && value !== false) refuse(name, cure);
  }
}
