/**
 * What a plugin says of itself; the names are sorted.
 *
 * Source: `SetDescription`, packer-plugin-sdk `plugin/set.go`.
 */
export interface PluginDescription {
  version: string;
  sdkVersion: string;
  /** Such as `x5.0`. */
  apiVersion: string;
  builders: readonly string[];
  postProcessors: readonly string[];
  provisioners: readonly string[];
  dataSources: readonly string[];
  /** `v2` for a plugin that speaks protobuf and msgpack; `undefined` for one that only speaks gob. */
  protocolVersion?: string;
}

/** The line that `FILE describe` prints, without the line break. */
export function formatDescription(description: PluginDescription): string {
  return JSON.stringify({
    version: description.version,
    sdk_version: description.sdkVersion,
    api_version: description.apiVersion,
    builders: description.builders.toSorted(),
    post_processors: description.postProcessors.toSorted(),
    provisioners: description.provisioners.toSorted(),
    datasources: description.dataSources.toSorted(),
    protocol_version: description.protocolVersion,
  });
}

/** Reads what `FILE describe` prints. Throws an `Error` that names the field which is not as it should be. */
export function parseDescription(text: string): PluginDescription {
  const fields: Record<string, unknown> = Object(JSON.parse(text));
  const one = (field: string): string => {
    const value = fields[field];
    if (typeof value !== "string") throw new Error(`${field} should be a string`);
    return value;
  };
  const many = (field: string): string[] => {
    const value = fields[field] ?? [];
    if (Array.isArray(value) && value.every((name) => typeof name === "string")) return value;
    throw new Error(`${field} should be a list of strings`);
  };
  return {
    version: one("version"),
    sdkVersion: one("sdk_version"),
    apiVersion: one("api_version"),
    builders: many("builders"),
    postProcessors: many("post_processors"),
    provisioners: many("provisioners"),
    dataSources: many("datasources"),
    ...(fields["protocol_version"] ? { protocolVersion: one("protocol_version") } : {}),
  };
}
