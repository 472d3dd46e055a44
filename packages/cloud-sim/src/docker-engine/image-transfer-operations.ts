import { setImmediate as nextTurn } from "node:timers/promises";
import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import { packTar, type TarEntry, unpackTar } from "../machine/tar.ts";
import type { Engine } from "./engine.ts";
import { loadImages, saveImages } from "./image-archive.ts";
import { configWithChanges, readReference } from "./image-operations.ts";
import { layerLine } from "./image-views.ts";
import { applyLayer } from "./layers.ts";
import { emptyConfig } from "./model.ts";
import { Progress } from "./progress.ts";
import {
  familiarName,
  type ImageReference,
  InvalidReference,
  parseReference,
} from "./reference.ts";
import type { RegistryCredentials } from "./registry.ts";
import type { Operations } from "./route.ts";

/** The most that an uploaded archive may hold, in bytes. */
export const MAX_ARCHIVE_BYTES = 512 * 1024 * 1024;

/** What brings images to the engine and from it. */
export function imageTransferOperations(engine: Engine): Operations {
  return {
    ImageCreate: [
      "POST /images/create",
      (exchange) =>
        exchange.query.has("fromSrc") ? importImage(engine, exchange) : pull(engine, exchange),
    ],
    ImagePush: ["POST /images/{name+}/push", (exchange) => push(engine, exchange)],
    ImageGet: [
      "GET /images/{name+}/get",
      (exchange) => save(engine, exchange, [exchange.parameter("name")]),
    ],
    ImageGetAll: [
      "GET /images/get",
      (exchange) => save(engine, exchange, exchange.query.getAll("names")),
    ],
    ImageLoad: ["POST /images/load", (exchange) => load(engine, exchange)],
  };
}

async function pull({ images, registry }: Engine, exchange: Exchange): Promise<void> {
  const { repository, tag, digest } = readPulled(exchange);
  if (!registry.admits(readCredentials(exchange))) {
    throw new ApiError(500, "unauthorized", "unauthorized: authentication required");
  }
  const name = familiarName(repository);
  const found = registry.find(repository, tag ?? "latest", digest);
  if (found === undefined) {
    throw new ApiError(404, "not_found", registry.explainMissing({ repository, tag, digest }));
  }
  const progress = new Progress(exchange);
  await progress.write({
    status: `Pulling from ${repository.slice(repository.indexOf("/") + 1)}`,
    id: digest ?? tag ?? "latest",
  });
  const known = images.all().length;
  const image = images.add(found.document, found.layers, found.files);
  const isNew = images.all().length > known;
  for (const { diffId } of found.layers) {
    await progress.write(layerLine(diffId, isNew ? "Pulling fs layer" : "Already exists"));
    if (isNew) await progress.write(layerLine(diffId, "Pull complete"));
    await nextTurn();
  }
  if (digest === undefined) images.tag(image, { repository, tag, digest });
  images.noteDigest(image, repository, found.digest);
  await progress.write({ status: `Digest: ${found.digest}` });
  const label = digest === undefined ? `${name}:${tag ?? "latest"}` : `${name}@${digest}`;
  await progress.write({
    status: `Status: ${isNew ? "Downloaded newer image" : "Image is up to date"} for ${label}`,
  });
  progress.end();
}

/** The query fields `fromImage` and `tag`; the tag may be a digest. */
function readPulled(exchange: Exchange): ImageReference {
  const tag = exchange.field("tag");
  const mark = tag.startsWith("sha256:") ? "@" : ":";
  const name = exchange.field("fromImage");
  try {
    return parseReference(tag === "" ? name : `${name}${mark}${tag}`);
  } catch (error) {
    if (!(error instanceof InvalidReference)) throw error;
    throw new ApiError(400, "invalid_reference", error.message);
  }
}

async function importImage({ images }: Engine, exchange: Exchange): Promise<void> {
  if (exchange.field("fromSrc") !== "-") {
    throw new ApiError(400, "no_network", "the stand-in imports from the request alone: fromSrc=-");
  }
  const config = configWithChanges(exchange, emptyConfig());
  const name = exchange.field("repo") === "" ? undefined : readReference(exchange, 400);
  const entries = await readArchive(exchange);
  const image = await images.create({
    files: applyLayer([], entries),
    config,
    comment: exchange.field("message") || "Imported from -",
  });
  if (name !== undefined) images.tag(image, name);
  const progress = new Progress(exchange);
  await progress.write({ status: image.id });
  progress.end();
}

/** The entries of an uploaded archive. @throws {ApiError} 500, as the engine does. */
export async function readArchive(exchange: Exchange): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  try {
    const body = exchange.request.iterator({ destroyOnReturn: false });
    await unpackTar(body, MAX_ARCHIVE_BYTES, (entry) => void entries.push(entry));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError(
      500,
      "bad_archive",
      `Error processing tar file(exit status 1): ${reason === "Unexpected end of data" ? "unexpected EOF" : reason}`,
    );
  }
  return entries;
}

async function push({ images, registry }: Engine, exchange: Exchange): Promise<void> {
  if (exchange.request.headers["x-registry-auth"] === undefined) {
    throw new ApiError(400, "no_credentials", "Bad parameters and missing X-Registry-Auth: EOF");
  }
  const { repository } = parsePushed(exchange.parameter("name"));
  const name = familiarName(repository);
  const only = exchange.field("tag");
  const progress = new Progress(exchange);
  await progress.write({ status: `The push refers to repository [${repository}]` });
  const pushed = images.all().flatMap((image) =>
    images
      .fullTags(image)
      .filter((tag) =>
        only === "" ? tag.startsWith(`${repository}:`) : tag === `${repository}:${only}`,
      )
      .map((tag) => ({ image, tag: tag.slice(repository.length + 1) })),
  );
  if (pushed.length === 0) {
    await progress.fail(`An image does not exist locally with the tag: ${name}`);
  } else if (!registry.admits(readCredentials(exchange))) {
    await progress.fail("unauthorized: authentication required");
  } else {
    for (const { image, tag } of pushed) {
      for (const { diffId } of image.layers) await progress.write(layerLine(diffId, "Preparing"));
      for (const { diffId } of image.layers) await progress.write(layerLine(diffId, "Pushed"));
      const { digest, size } = registry.push(repository, tag, image);
      images.noteDigest(image, repository, digest);
      await progress.write({ status: `${tag}: digest: ${digest} size: ${size}` });
      await progress.write({ progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: size } });
    }
  }
  progress.end();
}

function parsePushed(name: string): ImageReference {
  try {
    return parseReference(name);
  } catch (error) {
    if (!(error instanceof InvalidReference)) throw error;
    throw new ApiError(400, "invalid_reference", error.message);
  }
}

/** What `X-Registry-Auth` holds; `undefined` where it is missing or not to be read. */
function readCredentials(exchange: Exchange): RegistryCredentials | undefined {
  const header = exchange.request.headers["x-registry-auth"];
  if (typeof header !== "string") return undefined;
  try {
    const shown: unknown = JSON.parse(Buffer.from(header, "base64url").toString());
    const { username, password } = (shown ?? {}) as Partial<Record<string, unknown>>;
    return { username: String(username ?? ""), password: String(password ?? "") };
  } catch {
    return undefined;
  }
}

async function save({ images }: Engine, exchange: Exchange, names: string[]): Promise<void> {
  const archive = packTar(await saveImages(images, names));
  exchange.response.writeHead(200, { "content-type": "application/x-tar" });
  await exchange.sendStream(archive);
}

async function load({ images }: Engine, exchange: Exchange): Promise<void> {
  const progress = new Progress(exchange);
  try {
    const entries = await readArchive(exchange);
    for (const line of await loadImages(images, entries)) await progress.write({ stream: line });
  } catch (error) {
    await progress.fail(error instanceof Error ? error.message : String(error));
  }
  progress.end();
}
