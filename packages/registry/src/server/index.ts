export { RegistryError, type RegistryErrorCode } from "../errors.ts";
export type { NewPrincipal, Principal } from "../principals/principals.ts";
export type { Addresses } from "../serve/environment.ts";
export type { ListenOptions, TlsOption } from "../serve/listen.ts";
export { type RegistryOptions, type RunningRegistry, startRegistry } from "../serve/start.ts";
export type { StorageOptions } from "../storage/open.ts";
export type { Role } from "./auth/roles.ts";
export type { ServerSettings } from "./settings.ts";
