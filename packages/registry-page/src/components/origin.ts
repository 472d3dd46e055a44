import type { BuildMetadata } from "../api/index.ts";

/** Where a build came from, as far as its metadata says. */
export interface Origin {
  /** The template's path, as it was given to `packer build`. */
  template: string | undefined;
  commit: string | undefined;
  branch: string | undefined;
  author: string | undefined;
  /** Whether there were changes that were not committed. */
  isDirty: boolean;
  /** Packer's version. */
  packer: string | undefined;
  /** Such as `packerkit/docker 0.1.0`. */
  plugins: string[];
}

/**
 * Reads what Packer core and its clients write; metadata may be of any shape, and what is not there is left out.
 *
 * Source: `AddMetadataToBuild` and the package `metadata`, packer `internal/hcp/registry`; `GetCleanedBuildArgs`.
 */
export function originOf(metadata: BuildMetadata): Origin {
  const { packer, vcs } = metadata;
  const plugins = at(packer, "plugins");
  return {
    template: text(at(packer, "options", "path")),
    commit: text(at(vcs, "details", "commit")),
    branch: text(at(vcs, "details", "ref")),
    author: text(at(vcs, "details", "author")),
    isDirty: at(vcs, "details", "has_uncommitted_changes") === true,
    packer: text(at(packer, "version")),
    plugins: (Array.isArray(plugins) ? plugins : []).flatMap((plugin) => {
      const name = text(at(plugin, "name"));
      return name === undefined ? [] : [`${name} ${text(at(plugin, "version")) ?? ""}`.trim()];
    }),
  };
}

function at(value: unknown, ...keys: string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
