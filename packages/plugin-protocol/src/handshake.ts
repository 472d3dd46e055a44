/** The variable that Packer sets for the plugins it starts, and its value. Source: packer-plugin-sdk `plugin/server.go`. */
export const MAGIC_COOKIE = {
  key: "PACKER_PLUGIN_MAGIC_COOKIE",
  value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
} as const;

/** The version of the API between Packer and plugins: the first two parts of the handshake. */
export const API_VERSION = { major: "5", minor: "0" } as const;

/** The kinds of components, spelled as in `FILE start <kind> NAME`. */
export type ComponentKind = "builder" | "post-processor" | "provisioner" | "datasource";

/** Where a plugin listens. */
export type PluginAddress =
  | { network: "unix"; path: string }
  | { network: "tcp"; host: string; port: number };

/** The line that a plugin prints once it listens, without the line break. */
export function formatHandshake(address: PluginAddress): string {
  const place = address.network === "unix" ? address.path : `${address.host}:${address.port}`;
  return `${API_VERSION.major}|${API_VERSION.minor}|${address.network}|${place}`;
}

/**
 * Reads a plugin's handshake line.
 *
 * Source: `Start`, packer `packer/plugin_client.go`.
 *
 * @throws {Error} where it is not one, or of a version that this package does not speak.
 */
export function parseHandshake(line: string): PluginAddress {
  const [major, minor, network, ...rest] = line.trim().split("|");
  const place = rest.join("|");
  if (major === undefined || minor === undefined || place === "") {
    const shown = JSON.stringify(line.slice(0, 200));
    throw new Error(`it printed ${shown} where a line such as "5|0|unix|/path" belongs`);
  }
  if (major !== API_VERSION.major || minor > API_VERSION.minor) {
    const version = `${major}.${minor}`.slice(0, 20);
    throw new Error(
      `it speaks version ${version} of the plugin API; this side speaks ${API_VERSION.major}.${API_VERSION.minor}`,
    );
  }
  if (network === "unix") return { network, path: place };
  const [, host, port] = /^(.*):(\d{1,5})$/.exec(place) ?? [];
  if (network === "tcp" && host !== undefined) return { network, host, port: Number(port) };
  const shown = `${network} ${place}`.slice(0, 200);
  throw new Error(`it listens at ${shown}, which is no address that this side can dial`);
}
