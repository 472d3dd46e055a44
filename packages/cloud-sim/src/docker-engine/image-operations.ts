import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import { applyChanges } from "./changes.ts";
import { DockerfileError } from "./dockerfile.ts";
import type { Engine } from "./engine.ts";
import { removeImage } from "./image-removal.ts";
import {
  filterImages,
  IMAGE_FILTERS,
  showHistory,
  showImage,
  showImageInList,
} from "./image-views.ts";
import { flag, readBody, readConfig, readFilters } from "./input.ts";
import { type ContainerConfig, mergeConfig } from "./model.ts";
import { type ImageReference, InvalidReference, parseRepositoryAndTag } from "./reference.ts";
import type { Operations } from "./route.ts";

/** What is done with images that are on the engine. */
export function imageOperations(engine: Engine): Operations {
  const { images, containers } = engine;
  return {
    ImageList: [
      "GET /images/json",
      (exchange) => {
        const filters = readFilters(exchange, IMAGE_FILTERS);
        const found = filterImages(images, { all: flag(exchange, "all"), filters });
        exchange.sendJson(
          200,
          found.map((image) => showImageInList(images, image, filters["reference"])),
        );
      },
    ],
    ImageInspect: ["GET /images/{name+}/json", (exchange) => inspect(engine, exchange)],
    ImageHistory: [
      "GET /images/{name+}/history",
      (exchange) => {
        const image = images.resolve(exchange.parameter("name"));
        exchange.sendJson(200, showHistory(images, image));
      },
    ],
    ImageTag: [
      "POST /images/{name+}/tag",
      (exchange) => {
        const image = images.resolve(exchange.parameter("name"));
        images.tag(image, readReference(exchange, 500));
        exchange.sendEmpty(201);
      },
    ],
    ImageDelete: [
      "DELETE /images/{name+}",
      (exchange) => {
        const steps = removeImage(images, containers, exchange.parameter("name"), {
          force: flag(exchange, "force"),
          prune: !flag(exchange, "noprune"),
        });
        exchange.sendJson(200, steps);
      },
    ],
    ImageCommit: ["POST /commit", (exchange) => commit(engine, exchange)],
  };
}

function inspect({ images }: Engine, exchange: Exchange): void {
  const name = exchange.parameter("name");
  try {
    exchange.sendJson(200, showImage(images, images.resolve(name)));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(error.status, error.code, `no such image: ${name}: ${error.message}`);
  }
}

/** The query fields `repo` and `tag`. @throws {ApiError} with `status` for what is no reference. */
export function readReference(exchange: Exchange, status: number): ImageReference {
  try {
    return parseRepositoryAndTag(exchange.field("repo"), exchange.field("tag"));
  } catch (error) {
    if (!(error instanceof InvalidReference)) throw error;
    throw new ApiError(status, "invalid_reference", error.message);
  }
}

/** A configuration with the query fields `changes`. @throws {ApiError} 400 for what is no instruction. */
export function configWithChanges(exchange: Exchange, base: ContainerConfig): ContainerConfig {
  try {
    const changes = exchange.query.getAll("changes").flatMap((change) => change.split("\n"));
    return applyChanges(
      base,
      changes.filter((change) => change.trim() !== ""),
    );
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    throw new ApiError(400, "bad_change", error.message);
  }
}

/**
 * Makes an image of a container. As on the engine, a bad name is found only after the image was made.
 *
 * Source: `CreateImageFromContainer`, moby `daemon/commit.go`.
 */
async function commit({ images, containers }: Engine, exchange: Exchange): Promise<void> {
  const container = containers.resolve(exchange.field("container"));
  const body = await readBody(exchange);
  const base = Object.keys(body).length === 0 ? container.config : readConfig(body);
  const config = mergeConfig(configWithChanges(exchange, base), container.config);
  const image = await images.create({
    files: await container.machine.snapshot(),
    config,
    parent: container.image,
    author: exchange.field("author"),
    comment: exchange.field("comment"),
    createdBy: container.words.join(" "),
    container,
  });
  if (exchange.field("repo") !== "") images.tag(image, readReference(exchange, 500));
  exchange.sendJson(201, { Id: image.id });
}
