import type { BuilderDefinition } from "./builder.ts";
import type { DataSourceDefinition } from "./data-source.ts";
import { messageOf, PluginError } from "./errors.ts";
import { masked } from "./log.ts";
import type { PostProcessorDefinition } from "./post-processor.ts";
import type { ProvisionerDefinition } from "./provisioner.ts";
import { checkVersion } from "./version.ts";

/**
 * The name of a component that templates use under the plugin's own name: the builder `DEFAULT_COMPONENT` of the
 * plugin `docker` is the source `docker`, a builder `import` is the source `docker-import`.
 *
 * Source: `DEFAULT_NAME`, packer-plugin-sdk `plugin/set.go`.
 */
export const DEFAULT_COMPONENT = "-packer-default-plugin-name-";

/** Loads a component when it is needed, so that `describe` does not pay for it. */
export type Load<Definition> = () => Promise<Definition>;

/** A plugin: its version, and its components by name. */
export interface Plugin {
  /** Three numbers, such as `1.2.3`, with no suffix but `-dev`. */
  version: string;
  // biome-ignore lint/suspicious/noExplicitAny: a definition's schema is its own business.
  builders?: Readonly<Record<string, Load<BuilderDefinition<any>>>>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  postProcessors?: Readonly<Record<string, Load<PostProcessorDefinition<any>>>>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  provisioners?: Readonly<Record<string, Load<ProvisionerDefinition<any>>>>;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  dataSources?: Readonly<Record<string, Load<DataSourceDefinition<any, any>>>>;
}

/** The version of packer-plugin-sdk whose behaviour this SDK has. */
const SDK_VERSION = "0.6.10";

/**
 * Runs a plugin as Packer starts it: `describe`, or `start <kind> [--protobuf] <name>`. Started by hand, it says what
 * it is and how to install it. Sets the process's exit status; does not throw.
 */
export function runPlugin(plugin: Plugin, args: readonly string[] = process.argv.slice(2)): void {
  run(plugin, args).catch((error: unknown) => {
    process.stderr.write(`${masked(messageOf(error))}\n`);
    process.exitCode = 1;
  });
}

async function run(plugin: Plugin, args: readonly string[]): Promise<void> {
  checkVersion(plugin.version);
  const [command, kind = "", name = "", ...rest] = args.filter((arg) => arg !== "--protobuf");
  if (command === "describe" && kind === "") {
    process.stdout.write(`${await describe(plugin)}\n`);
  } else if (command === "start" && name !== "" && rest.length === 0) {
    const { startComponent } = await import("./start-component.ts");
    await startComponent(plugin, kind, name, args.includes("--protobuf"));
  } else {
    throw new PluginError("UNSUPPORTED", handBook(plugin));
  }
}

async function describe(plugin: Plugin): Promise<string> {
  const { formatDescription } = await import("@packerkit/plugin-protocol/description");
  return formatDescription({
    version: plugin.version,
    sdkVersion: SDK_VERSION,
    apiVersion: "x5.0",
    builders: Object.keys(plugin.builders ?? {}),
    postProcessors: Object.keys(plugin.postProcessors ?? {}),
    provisioners: Object.keys(plugin.provisioners ?? {}),
    dataSources: Object.keys(plugin.dataSources ?? {}),
    protocolVersion: "v2",
  });
}

/** What a person reads who starts a plugin by hand. */
export function handBook(plugin: Plugin): string {
  const kinds = [
    ["builders", plugin.builders],
    ["post-processors", plugin.postProcessors],
    ["provisioners", plugin.provisioners],
    ["data sources", plugin.dataSources],
  ] as const;
  const parts = kinds.flatMap(([kind, components]) => {
    const names = Object.keys(components ?? {})
      .toSorted()
      .map((name) => (name === DEFAULT_COMPONENT ? "(the plugin's own name)" : name));
    return names.length === 0 ? [] : [`  ${kind}: ${names.join(", ")}`];
  });
  return [
    `This is a Packer plugin, version ${plugin.version}. Packer starts it; it does nothing by itself.`,
    "To install it from this file:",
    "",
    `  packer plugins install --path ${process.argv[1] ?? "FILE"} <host>/<namespace>/<name>`,
    "",
    "It has:",
    ...parts,
  ].join("\n");
}
