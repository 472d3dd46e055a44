import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Step } from "@packerkit/plugin-sdk";
import type { ContainerCreateOptions } from "dockerode";
import { type BuildState, cleanUpCall, make, removeAll } from "../build-state.ts";
import type { DockerConfig } from "../config.ts";
import { DockerError } from "../errors.ts";

/** Starts the container that is provisioned. */
export const startContainer: Step<BuildState> = {
  name: "Start the container",

  async run(state, signal) {
    const { config, container, engine, ui } = state;
    const settings = containerSettings(config, state.source?.id as string);
    // Not cancelled half-way: the engine would go on, and the container appear after the clean-up looked for it.
    container.id = await make(container, () =>
      engine.createContainer(container.name, config.platform, settings),
    );
    ui.say(`Starting container ${container.name}`);
    try {
      await engine.startContainer(container.id, { signal });
    } catch (error) {
      throw error instanceof DockerError ? startError(container.name, config, error) : error;
    }
    const details = await engine.inspectContainer(container.id, { signal });
    container.details = details;
    if (!details?.running) {
      const status = details === undefined ? "" : ` with exit status ${details.exitStatus}`;
      throw new DockerError(
        "CONTAINER_FAILED",
        `container ${container.name} stopped at once${status}: give an entrypoint and a command that keep running`,
      );
    }
  },

  async cleanUp({ container, engine, ui }) {
    if (container.asked) ui.say(`Removing container ${container.name}`);
    await removeAll(container, () => engine.removeContainer(container.name, cleanUpCall()));
  },

  leftBehind({ container }) {
    return container.asked ? [`container ${container.id ?? container.name}`] : [];
  },
};

/** The engine's form of the settings. A terminal keeps a shell without input running. */
export function containerSettings(config: DockerConfig, image: string): ContainerCreateOptions {
  return {
    Image: image,
    Entrypoint: config.entrypoint,
    Cmd: config.command,
    Tty: true,
    OpenStdin: true,
    HostConfig: {
      Binds: Object.entries(config.volumes).map(([host, path]) => `${hostPath(host)}:${path}`),
      // Anonymous, so that the engine removes it with the container.
      Mounts: [{ Type: "volume", Source: "", Target: config.container_dir }],
      Tmpfs: Object.fromEntries(config.tmpfs.map((entry) => splitOnce(entry, ":"))),
      Devices: config.device.map(deviceMapping),
      CapAdd: config.cap_add,
      CapDrop: config.cap_drop,
      Privileged: config.privileged,
      ...(config.runtime === undefined ? {} : { Runtime: config.runtime }),
      ...(config.network === undefined ? {} : { NetworkMode: config.network }),
    },
  };
}

/** The engine wants absolute paths; what is no path names a volume. */
function hostPath(host: string): string {
  if (host.startsWith("~/")) return join(homedir(), host.slice(2));
  return host.startsWith(".") ? resolve(host) : host;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** `host[:container[:permissions]]`, or `host:permissions`, as Docker's own client reads it. */
function deviceMapping(device: string) {
  const [host = "", second, third] = device.split(":");
  const isPermissions = third === undefined && second !== undefined && /^[rwm]+$/.test(second);
  return {
    PathOnHost: host,
    PathInContainer: isPermissions ? host : (second ?? host),
    CgroupPermissions: (isPermissions ? second : third) ?? "rwm",
  };
}

function startError(name: string, config: DockerConfig, error: DockerError): DockerError {
  if (error.code !== "ENGINE_REFUSED") return error;
  const entrypoint = JSON.stringify(config.entrypoint);
  return new DockerError(
    "CONTAINER_FAILED",
    `container ${name} could not be started: ${error.message}; see whether the image has the entrypoint ${entrypoint}, and check network, volumes and device`,
    { cause: error, status: error.status },
  );
}
