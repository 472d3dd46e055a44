import { ApiError } from "../frame/errors.ts";
import { snapshotBytes } from "../machine/snapshot.ts";
import { type Image, type Images, shortId } from "./images.ts";

/** An image in a list. Source: `ImageSummary` of the Engine API. */
export function showImageInList(images: Images, image: Image, references: readonly string[] = []) {
  const tags = images.tags(image).filter((tag) => fitsReference(tag, references));
  const digests = images.digests(image);
  const size = snapshotBytes(image.files);
  const isNameless = images.tags(image).length === 0 && digests.length === 0;
  return {
    Containers: -1,
    Created: Math.floor(Date.parse(image.document.created) / 1000),
    Id: image.id,
    Labels: image.document.config.Labels,
    ParentId: image.parent,
    RepoDigests: isNameless ? ["<none>@<none>"] : digests.length === 0 ? null : digests,
    RepoTags: isNameless ? ["<none>:<none>"] : tags.length === 0 ? null : tags,
    SharedSize: -1,
    Size: size,
    VirtualSize: size,
  };
}

/** An image in full. Source: `ImageInspect` of the Engine API. */
export function showImage(images: Images, image: Image) {
  const { document } = image;
  const size = snapshotBytes(image.files);
  return {
    Id: image.id,
    RepoTags: images.tags(image),
    RepoDigests: images.digests(image),
    Parent: image.parent,
    Comment: document.comment ?? "",
    Created: document.created,
    Container: document.container ?? "",
    ContainerConfig: document.container_config,
    DockerVersion: document.docker_version,
    Author: document.author ?? "",
    Config: document.config,
    Architecture: document.architecture,
    Os: document.os,
    Size: size,
    VirtualSize: size,
    GraphDriver: { Data: null, Name: "memory" },
    RootFS: { Type: "layers", Layers: image.layers.map(({ diffId }) => diffId) },
    Metadata: { LastTagTime: image.lastTaggedAt?.toISOString() ?? "0001-01-01T00:00:00Z" },
  };
}

/** Which images a list holds. */
export interface ImageFilters {
  all: boolean;
  filters: Readonly<Record<string, string[]>>;
}

export const IMAGE_FILTERS = ["dangling", "label", "reference", "since", "before"] as const;

/**
 * The images that pass, newest first. Without `all`, nameless images that others were made from are left out.
 *
 * @throws {ApiError} 404 where `since` or `before` names no image.
 */
export function filterImages(images: Images, { all, filters }: ImageFilters): Image[] {
  const age = new Map(images.all().map((image, index) => [image.id, index]));
  const ageOf = (name: string) => age.get(images.resolve(name).id) ?? 0;
  const dangling = readDangling(filters["dangling"]?.[0]);
  const since = (filters["since"] ?? []).map(ageOf);
  const before = (filters["before"] ?? []).map(ageOf);
  return images
    .all()
    .filter((image) => {
      const isDangling = images.tags(image).length === 0;
      const own = age.get(image.id) ?? 0;
      if (!all && isDangling && images.hasChildren(image)) return false;
      if (!since.every((other) => own > other) || !before.every((other) => own < other))
        return false;
      if (dangling !== undefined && isDangling !== dangling) return false;
      if (!hasLabels(image.document.config.Labels, filters["label"])) return false;
      const references = filters["reference"] ?? [];
      return (
        references.length === 0 || images.tags(image).some((tag) => fitsReference(tag, references))
      );
    })
    .reverse();
}

function readDangling(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (["true", "1"].includes(value)) return true;
  if (["false", "0"].includes(value)) return false;
  throw new ApiError(400, "bad_filters", `Invalid filter 'dangling=[${value}]'`);
}

/** Whether labels fit all of `name` and `name=value`. */
export function hasLabels(
  labels: Readonly<Record<string, string>> | null,
  wanted: readonly string[] = [],
): boolean {
  return wanted.every((entry) => {
    const mark = entry.indexOf("=");
    const name = mark === -1 ? entry : entry.slice(0, mark);
    if (labels === null || !Object.hasOwn(labels, name)) return false;
    return mark === -1 || labels[name] === entry.slice(mark + 1);
  });
}

/** Whether a tag fits one of the patterns, with or without its tag part; where there are none, it does. */
function fitsReference(tag: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return true;
  return patterns.some((pattern) => {
    const source = pattern.replace(/[.+^$(){}|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
    const expression = new RegExp(`^${source.replaceAll("?", "[^/]")}$`);
    return expression.test(tag) || expression.test(tag.replace(/:[^:/]*$/, ""));
  });
}

/** What made an image, newest first. Source: `ImageHistory` of the Engine API. */
export function showHistory(images: Images, image: Image) {
  return image.document.history.toReversed().map((entry, index) => ({
    Comment: entry.comment ?? "",
    Created: Math.floor(Date.parse(entry.created) / 1000),
    CreatedBy: entry.created_by ?? "",
    Id: index === 0 ? image.id : "<missing>",
    Size: 0,
    Tags: index === 0 ? images.tags(image) : null,
  }));
}

/** A line of a stream about a layer. */
export function layerLine(id: string, status: string) {
  return { status, progressDetail: {}, id: shortId(id) };
}
