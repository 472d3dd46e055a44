import { PluginError } from "./errors.ts";

/** @throws {PluginError} `UNSUPPORTED` for a version that Packer would pass over in silence. */
export function checkVersion(version: string): void {
  if (/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-dev)?$/.test(version)) return;
  throw new PluginError(
    "UNSUPPORTED",
    `Packer does not load a plugin of the version ${JSON.stringify(version)}: make it three numbers, such as 1.2.3, with no suffix but -dev`,
  );
}
