import { randomBytes } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import { Container } from "./container.ts";
import type { Image } from "./images.ts";
import { type ContainerConfig, type HostConfig, mergeConfig } from "./model.ts";

const NAME = /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** The containers of an engine. */
export class Containers {
  readonly #containers = new Map<string, Container>();

  all(): Container[] {
    return [...this.#containers.values()];
  }

  /**
   * Makes a container of an image.
   *
   * @throws {ApiError} 400 for a bad name or a container without a command, 409 for a name that is taken.
   */
  create(name: string, image: Image, config: ContainerConfig, hostConfig: HostConfig): Container {
    if (name !== "" && !NAME.test(name)) {
      throw new ApiError(
        400,
        "bad_name",
        `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
      );
    }
    const id = randomBytes(32).toString("hex");
    const ownName = name.replace(/^\//, "") || `quiet_${id.slice(0, 8)}`;
    const taken = this.all().find((container) => container.name === ownName);
    if (taken !== undefined) {
      throw new ApiError(
        409,
        "name_taken",
        `Conflict. The container name ${JSON.stringify(`/${ownName}`)} is already in use by container ${JSON.stringify(taken.id)}. You have to remove (or rename) that container to be able to reuse that name.`,
      );
    }
    const merged = mergeConfig(config, image.document.config);
    if (!merged.Cmd?.length && !merged.Entrypoint?.length) {
      throw new ApiError(400, "no_command", "No command specified");
    }
    const container = new Container({
      id,
      name: ownName,
      image,
      config: { ...merged, Hostname: merged.Hostname || id.slice(0, 12) },
      hostConfig,
    });
    if (hostConfig.AutoRemove) container.onExit(() => this.#forget(container));
    return this.adopt(container);
  }

  /** Takes a container in that was made elsewhere. */
  adopt(container: Container): Container {
    this.#containers.set(container.id, container);
    return container;
  }

  /**
   * Finds a container by id, name, or the beginning of an id.
   *
   * @throws {ApiError} 404.
   */
  resolve(text: string): Container {
    const name = text.replace(/^\//, "");
    const exact =
      this.#containers.get(text) ?? this.all().find((container) => container.name === name);
    if (exact !== undefined) return exact;
    const matches = /^[0-9a-f]+$/.test(text)
      ? this.all().filter((container) => container.id.startsWith(text))
      : [];
    if (matches.length === 1 && matches[0] !== undefined) return matches[0];
    throw new ApiError(404, "not_found", `No such container: ${text}`);
  }

  /**
   * Finds a container that runs.
   *
   * @throws {ApiError} 404, 409.
   */
  resolveRunning(text: string): Container {
    const container = this.resolve(text);
    if (container.isRunning) return container;
    throw new ApiError(409, "not_running", `Container ${container.id} is not running`);
  }

  /**
   * Removes a container.
   *
   * @throws {ApiError} 404; 409 for one that runs, unless forced.
   */
  remove(text: string, force: boolean): void {
    const container = this.resolve(text);
    if (container.isRunning && !force) {
      throw new ApiError(
        409,
        "running",
        `You cannot remove a running container ${container.id}. Stop the container before attempting removal or force remove`,
      );
    }
    container.stop();
    this.#forget(container);
  }

  #forget(container: Container): void {
    if (this.#containers.delete(container.id)) container.announceRemoval();
  }

  /** Stops all that runs. */
  stopAll(): void {
    for (const container of this.all()) container.stop();
  }
}
