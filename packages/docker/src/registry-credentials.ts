import type { DockerError } from "./errors.ts";
import { isSameRegistry, registryOf } from "./image-reference.ts";
import type { LoginSettings } from "./shared-settings.ts";

/** What a registry wants to see, in the engine's form. */
export interface RegistryCredentials {
  username: string;
  password: string;
  /** The registry that they are for. */
  serveraddress: string;
}

/** The registry that is meant where none is named. */
const DOCKER_HUB = "https://index.docker.io/v1/";

/** The credentials in the settings; `undefined` without `login`. */
export function credentialsOf(config: LoginSettings): RegistryCredentials | undefined {
  if (!config.login) return undefined;
  return {
    username: config.login_username as string,
    password: config.login_password as string,
    serveraddress: config.login_server || DOCKER_HUB,
  };
}

/** The credentials in the settings, if they are for the registry of this image. */
export function credentialsFor(
  config: LoginSettings,
  reference: string,
): RegistryCredentials | undefined {
  const credentials = credentialsOf(config);
  if (credentials === undefined) return undefined;
  return isSameRegistry(registryOf(reference), credentials.serveraddress) ? credentials : undefined;
}

/** What registries and engines say where credentials are missing or wrong. */
const UNAUTHORIZED =
  /unauthorized|authentication required|incorrect username|no basic auth|denied/i;

/** Whether an error says that a registry wants (other) credentials. */
export function isUnauthorized({ status, message }: DockerError): boolean {
  return status === 401 || status === 403 || UNAUTHORIZED.test(message);
}

/** A text without the password, however it came into it. */
export function withoutPassword(text: string, { login_password: password }: LoginSettings): string {
  return password ? text.replaceAll(password, "<login_password>") : text;
}
