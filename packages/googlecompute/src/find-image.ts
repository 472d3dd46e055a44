import type { SourceImage } from "./build-state.ts";
import type { ComputeClient, ImageResource } from "./client.ts";
import { GoogleComputeError } from "./errors.ts";

/** An image to look for, by its name or by its family. */
export type WantedImage = { name: string } | { family: string };

/**
 * Looks for an image in several projects; the first one that has it counts. A project that the credentials may not look
 * into counts as one that does not have it.
 *
 * @throws {GoogleComputeError} `IMAGE_NOT_FOUND`, naming the projects.
 */
export async function findImage(
  client: ComputeClient,
  wanted: WantedImage,
  projects: readonly string[],
  signal: AbortSignal,
): Promise<SourceImage> {
  const closed: string[] = [];
  for (const project of projects) {
    try {
      const found =
        "name" in wanted
          ? await client.findImage(project, wanted.name, signal)
          : await client.findImageOfFamily(project, wanted.family, signal);
      if (found !== undefined) return sourceImage(found);
    } catch (error) {
      const isClosed = error instanceof GoogleComputeError && error.code === "FORBIDDEN";
      if (!isClosed) throw error;
      closed.push(project);
    }
  }
  const [what, setting] =
    "name" in wanted
      ? [`image ${wanted.name}`, "source_image"]
      : [`image in the family ${wanted.family}`, "source_image_family"];
  const hidden =
    closed.length === 0 ? "" : `; the credentials may not look into ${closed.join(", ")}`;
  throw new GoogleComputeError(
    "IMAGE_NOT_FOUND",
    `there is no ${what} in ${projects.join(", ")}${hidden}; check ${setting} and source_image_project_id`,
  );
}

function sourceImage({ name, selfLink, guestOsFeatures }: ImageResource): SourceImage {
  return {
    name: name ?? "",
    selfLink: selfLink ?? "",
    guestOsFeatures: (guestOsFeatures ?? []).map(({ type }) => type ?? ""),
  };
}
