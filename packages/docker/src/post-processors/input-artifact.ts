import type { PostProcessContext } from "@packerkit/plugin-sdk";
import { z } from "zod";
import { BASE_IMAGES_STATE, BUILDER_ID_IMPORT, BUILDER_ID_TAG } from "../artifact.ts";
import type { Engine } from "../client.ts";
import type { ImageDetails } from "../engine-answers.ts";
import { DockerError } from "../errors.ts";
import { knownTexts } from "../generated-data.ts";
import { IMAGE_REFERENCE } from "../image-reference.ts";

/** An artifact as a post-processor gets it: each question is a call to another process. */
export type IncomingArtifact = PostProcessContext<unknown>["artifact"];

/** Which artifacts a post-processor takes, and what to do where it is given another one. */
export interface Accepted {
  /** The post-processor's name in a template. */
  readonly postProcessor: string;
  readonly builderIds: readonly string[];
  readonly cure: string;
}

/** What a post-processor takes that works on images. */
export function acceptImages(postProcessor: string): Accepted {
  return {
    postProcessor,
    builderIds: [BUILDER_ID_IMPORT, BUILDER_ID_TAG],
    cure: "set commit = true in the source, or put docker-import before it",
  };
}

/** @throws {DockerError} `ARTIFACT_UNSUPPORTED` for an artifact of another kind. */
export async function demandKind(artifact: IncomingArtifact, accepted: Accepted): Promise<void> {
  const builderId = await artifact.builderId();
  if (accepted.builderIds.includes(builderId)) return;
  const expected = accepted.builderIds.join(" or ");
  throw new DockerError(
    "ARTIFACT_UNSUPPORTED",
    `${accepted.postProcessor} cannot take an artifact of ${JSON.stringify(builderId)}, only of ${expected}: ${accepted.cure}`,
  );
}

/** An image that comes in. */
export interface InputImage {
  /** `sha256:…`, or `repository:tag` after a tag or a push. */
  readonly id: string;
  /** Its names, as `docker_tags` says them. */
  readonly tags: readonly string[];
  readonly generatedData: Readonly<Record<string, unknown>>;
  /** See {@link ImportArtifactOptions}. */
  readonly baseImages: readonly string[];
}

const record = z.record(z.string(), z.unknown()).catch({});

/** Names and ids become parts of the engine's paths. */
const reference = z
  .string()
  .max(512)
  .regex(IMAGE_REFERENCE)
  .refine((name) => !name.includes("/."));
const references = z.array(reference);

/**
 * Asks an image for what is passed on. Generated data of another type than it should have counts as empty.
 *
 * @throws {DockerError} `ARTIFACT_UNSUPPORTED` where a name of the image cannot be one.
 */
export async function readInputImage(
  artifact: IncomingArtifact,
  accepted: Accepted,
): Promise<InputImage> {
  await demandKind(artifact, accepted);
  const [id, tags, baseImages] = await Promise.all([
    artifact.id(),
    artifact.state("docker_tags"),
    artifact.state(BASE_IMAGES_STATE),
  ]);
  return {
    id: demandNames(reference, "id", id),
    tags: demandNames(references, "docker_tags", tags ?? []),
    generatedData: await readGeneratedData(artifact),
    baseImages: demandNames(references, BASE_IMAGES_STATE, baseImages ?? []),
  };
}

/** The generated data of an artifact; empty where it has none. */
export async function readGeneratedData(
  artifact: IncomingArtifact,
): Promise<Readonly<Record<string, unknown>>> {
  return record.parse(await artifact.state("generated_data"));
}

function demandNames<Names>(schema: z.ZodType<Names>, what: string, value: unknown): Names {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new DockerError(
    "ARTIFACT_UNSUPPORTED",
    `the artifact's ${what} is ${JSON.stringify(value)?.slice(0, 200)}, which is no name of an image: see which plugin made it`,
    { cause: result.error },
  );
}

/**
 * Finds an image on the engine by one of its names, or by its id.
 *
 * @throws {DockerError} `IMAGE_NOT_FOUND` where it is not there, or where the name has become another image's.
 */
export async function demandImage(
  engine: Engine,
  { id, generatedData }: InputImage,
  name: string | undefined,
  signal: AbortSignal,
): Promise<ImageDetails> {
  const { ImageSha256: known } = knownTexts(generatedData);
  const wanted = name ?? known ?? id;
  const image = await engine.inspectImage(wanted, { signal });
  if (image === undefined) {
    throw new DockerError(
      "IMAGE_NOT_FOUND",
      `the image ${JSON.stringify(wanted)} is not on the engine at ${engine.address}: give the post-processor the docker_host that its image was made on`,
    );
  }
  if (known === undefined || image.id === known) return image;
  throw new DockerError(
    "IMAGE_NOT_FOUND",
    `the name ${JSON.stringify(wanted)} is no longer that of ${known}, but of ${image.id}: see whether another build gives it at the same time`,
  );
}
