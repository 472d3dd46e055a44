import { ApiError } from "../frame/errors.ts";
import type { Container } from "./container.ts";
import { hasLabels } from "./image-views.ts";
import type { Images } from "./images.ts";

const NEVER = "0001-01-01T00:00:00Z";

/** A container in full. Source: `ContainerInspectResponse` of the Engine API. */
export function showContainer(container: Container) {
  const { id, name, image, config, hostConfig, isRunning } = container;
  return {
    Id: id,
    Created: container.created.toISOString(),
    Path: container.words[0] ?? "",
    Args: container.words.slice(1),
    State: {
      Status: container.status,
      Running: isRunning,
      Paused: false,
      Restarting: false,
      OOMKilled: false,
      Dead: false,
      Pid: isRunning ? 1000 : 0,
      ExitCode: container.exitStatus,
      Error: container.error,
      StartedAt: container.startedAt?.toISOString() ?? NEVER,
      FinishedAt: container.finishedAt?.toISOString() ?? NEVER,
    },
    Image: image.id,
    Name: `/${name}`,
    RestartCount: 0,
    Driver: "memory",
    Platform: "linux",
    ExecIDs: container.execIds.length === 0 ? null : container.execIds,
    HostConfig: hostConfig,
    GraphDriver: { Data: null, Name: "memory" },
    Mounts: [],
    Config: config,
    NetworkSettings: {
      IPAddress: "",
      Gateway: "",
      MacAddress: "",
      Ports: {},
      Networks: { [hostConfig.NetworkMode]: { IPAddress: "", Gateway: "", MacAddress: "" } },
    },
  };
}

/** A container in a list. Source: `ContainerSummary` of the Engine API. */
export function showContainerInList(images: Images, container: Container) {
  const { id, name, image, config, status, exitStatus } = container;
  const isImageNamed = config.Image !== "" && images.find(config.Image)?.id === image.id;
  const statuses = { created: "Created", running: "Up", exited: `Exited (${exitStatus})` };
  return {
    Id: id,
    Names: [`/${name}`],
    Image: isImageNamed ? config.Image : image.id,
    ImageID: image.id,
    Command: container.words.map(quoteWord).join(" "),
    Created: Math.floor(container.created.getTime() / 1000),
    Ports: [],
    Labels: config.Labels ?? {},
    State: status,
    Status: statuses[status],
    HostConfig: { NetworkMode: container.hostConfig.NetworkMode },
    NetworkSettings: { Networks: {} },
    Mounts: [],
  };
}

const STATUSES = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];

export const CONTAINER_FILTERS = ["id", "name", "label", "status", "ancestor"] as const;

/**
 * The containers that pass, newest first; without `all`, or a filter by status, only those that run.
 *
 * @throws {ApiError} 400 for a status that does not exist.
 */
export function filterContainers(
  images: Images,
  containers: readonly Container[],
  all: boolean,
  filters: Readonly<Record<string, string[]>>,
): Container[] {
  const { id: ids, name: names, label, status: statuses, ancestor: ancestors } = filters;
  const unknown = statuses?.find((status) => !STATUSES.includes(status));
  if (unknown !== undefined) {
    throw new ApiError(400, "bad_filters", `Invalid filter 'status=${unknown}'`);
  }
  return containers
    .filter((container) => {
      if (!all && statuses === undefined && !container.isRunning) return false;
      if (ids !== undefined && !ids.some((id) => container.id.startsWith(id))) return false;
      if (names !== undefined && !names.some((name) => fitsName(container, name))) return false;
      if (statuses !== undefined && !statuses.includes(container.status)) return false;
      const isOfAncestor = (name: string) => images.find(name)?.id === container.image.id;
      if (ancestors !== undefined && !ancestors.some(isOfAncestor)) return false;
      return hasLabels(container.config.Labels, label);
    })
    .reverse();
}

/** As on the engine, a name is a part of one, or a regular expression, with or without the slash before it. */
function fitsName({ name }: Container, pattern: string): boolean {
  if (name.includes(pattern.replace(/^\//, ""))) return true;
  const anchored = /^\^\/?([\w.-]+)(\$?)$/.exec(pattern);
  if (anchored?.[1] === undefined) return false;
  return anchored[2] === "$" ? name === anchored[1] : name.startsWith(anchored[1]);
}

function quoteWord(word: string): string {
  return /\s|"/.test(word) ? `'${word}'` : word;
}
