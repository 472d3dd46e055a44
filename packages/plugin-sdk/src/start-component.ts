import { writeSync } from "node:fs";
import { MAGIC_COOKIE, type ServedComponent, servePlugin } from "@packerkit/plugin-protocol";
import { config as configureZod } from "zod";
import { builderComponent } from "./components/builder-component.ts";
import { dataSourceComponent } from "./components/data-source-component.ts";
import { postProcessorComponent } from "./components/post-processor-component.ts";
import { provisionerComponent } from "./components/provisioner-component.ts";
import { messageOf, PluginError } from "./errors.ts";
import { log } from "./log.ts";
import { DEFAULT_COMPONENT, handBook, type Plugin } from "./run-plugin.ts";

/**
 * Serves one component to Packer, until Packer ends the connection.
 *
 * @throws {PluginError} `UNSUPPORTED` where Packer did not start this process, speaks gob, or asks for a component that
 * the plugin does not have.
 */
export async function startComponent(
  plugin: Plugin,
  kind: string,
  name: string,
  protobuf: boolean,
): Promise<void> {
  if (process.env[MAGIC_COOKIE.key] !== MAGIC_COOKIE.value) {
    throw new PluginError("UNSUPPORTED", handBook(plugin));
  }
  if (!protobuf) {
    throw new PluginError(
      "UNSUPPORTED",
      "Packer asked this plugin to speak gob, which it does not: unset PACKER_FORCE_GOB, and update the installed plugins whose describe has no protocol_version (see docs/plugin-protocol.md)",
    );
  }
  // A component reads its settings once: compiling a reader for them takes longer than reading.
  configureZod({ jitless: true });
  const component = await load(plugin, kind, name);
  ignoreInterrupts();
  logStrayErrors();
  await servePlugin(component, {
    // Nothing else is ever written to stdout: it needs no stream.
    onListening: (handshake) => writeSync(1, `${handshake}\n`),
    ...windowsPorts(),
  });
}

async function load(plugin: Plugin, kind: string, name: string): Promise<ServedComponent> {
  const label = name === DEFAULT_COMPONENT ? kind : `${kind} ${name}`;
  switch (kind) {
    case "builder": {
      const definition = await find(plugin.builders, kind, name)();
      return { kind, component: builderComponent(label, definition) };
    }
    case "post-processor": {
      const definition = await find(plugin.postProcessors, kind, name)();
      return { kind, component: postProcessorComponent(label, definition) };
    }
    case "provisioner": {
      const definition = await find(plugin.provisioners, kind, name)();
      return { kind, component: provisionerComponent(label, definition) };
    }
    case "datasource": {
      const definition = await find(plugin.dataSources, kind, name)();
      return { kind, component: dataSourceComponent(label, definition) };
    }
    default:
      throw new PluginError("UNSUPPORTED", `a plugin has no components of the kind "${kind}"`);
  }
}

function find<Load>(
  components: Readonly<Record<string, Load>> | undefined,
  kind: string,
  name: string,
): Load {
  const found =
    components !== undefined && Object.hasOwn(components, name) ? components[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(components ?? {}).toSorted();
  throw new PluginError(
    "UNSUPPORTED",
    `this plugin has no ${kind} "${name}"; it has ${names.join(", ") || "none of that kind"}`,
  );
}

/** Ctrl-C reaches the whole process group; a plugin is cancelled by a call, so that it can clean up. */
function ignoreInterrupts(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => log("INFO", `ignoring ${signal}: Packer cancels by a call`));
  }
}

/** An error that nobody waits for must not end the process in the middle of a build: it goes to the log. */
function logStrayErrors(): void {
  process.on("unhandledRejection", (reason) =>
    log("ERROR", `unhandled rejection: ${describe(reason)}`),
  );
  process.on("uncaughtException", (error) =>
    log("ERROR", `uncaught exception: ${describe(error)}`),
  );
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error);
}

/** On Windows plugins listen on TCP, on a port from the range that Packer gives. */
function windowsPorts(): { tcpPorts?: { min: number; max: number } } {
  if (process.platform !== "win32") return {};
  const min = Number(process.env["PACKER_PLUGIN_MIN_PORT"] ?? 10_000);
  const max = Number(process.env["PACKER_PLUGIN_MAX_PORT"] ?? 25_000);
  return { tcpPorts: { min, max } };
}
