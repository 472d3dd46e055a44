import { Readable } from "node:stream";
import type { Snapshot, SnapshotEntry } from "../machine/snapshot.ts";
import { type NamedEntry, type TarEntry, unpackTar } from "../machine/tar.ts";
import type { Image, ImageDocument, Images } from "./images.ts";
import { applyLayer, digestOf, type Layer } from "./layers.ts";
import { parseReference } from "./reference.ts";

interface ManifestEntry {
  Config: string;
  RepoTags: string[] | null;
  Layers: string[];
}

/**
 * The entries of an archive as `docker save` writes it: documents, layers and `manifest.json`.
 *
 * Source: moby `image/spec/v1.2.md`, "Combined Image JSON + Filesystem Changeset Format".
 *
 * @throws {ApiError} 404.
 */
export async function saveImages(images: Images, names: readonly string[]): Promise<NamedEntry[]> {
  const entries = new Map<string, Uint8Array>();
  const manifest: ManifestEntry[] = [];
  for (const name of names) {
    const image = images.resolve(name);
    const isById = image.id.replace("sha256:", "").startsWith(name.replace("sha256:", ""));
    const wanted = isById
      ? images.tags(image)
      : images.tags(image).filter((tag) => isNamed(tag, name));
    const Config = `${image.id.replace("sha256:", "")}.json`;
    entries.set(Config, Buffer.from(JSON.stringify(image.document)));
    for (const layer of image.layers) {
      entries.set(layerPath(layer), await collect(layer.open()));
    }
    manifest.push({ Config, RepoTags: wanted, Layers: image.layers.map(layerPath) });
  }
  entries.set("manifest.json", Buffer.from(JSON.stringify(manifest)));
  return [...entries].map(([name, content]) => ({ name, entry: file(name, content) }));
}

/** Whether a name without a tag, or with one, means a tag. */
function isNamed(tag: string, name: string): boolean {
  const { repository, tag: wanted } = parseReference(name);
  const own = parseReference(tag);
  return own.repository === repository && (wanted === undefined || own.tag === wanted);
}

/**
 * Adds the images of an archive, and answers what to tell about each.
 *
 * @throws {Error} for an archive that is none of images.
 */
export async function loadImages(images: Images, entries: readonly TarEntry[]): Promise<string[]> {
  const files = new Map(
    entries.flatMap((entry) => (entry.type === "file" ? [[entry.path, entry.content]] : [])),
  );
  const manifest = readJson<ManifestEntry[]>(files, "manifest.json");
  const lines: string[] = [];
  for (const { Config, RepoTags, Layers } of manifest) {
    const image = await loadImage(images, files, Config, Layers);
    for (const tag of RepoTags ?? []) images.tag(image, parseReference(tag));
    const names = RepoTags ?? [];
    lines.push(
      ...(names.length === 0
        ? [`Loaded image ID: ${image.id}\n`]
        : names.map((name) => `Loaded image: ${name}\n`)),
    );
  }
  return lines;
}

async function loadImage(
  images: Images,
  files: ReadonlyMap<string, Uint8Array>,
  config: string,
  paths: readonly string[],
): Promise<Image> {
  const document = readJson<ImageDocument>(files, config);
  const layers: Layer[] = [];
  let snapshot: Snapshot = [];
  for (const path of paths) {
    const bytes = readFile(files, path);
    const entries: TarEntry[] = [];
    await unpackTar(Readable.from([bytes]), bytes.byteLength, (entry) => void entries.push(entry));
    const open = () => Readable.from([bytes]);
    layers.push({ diffId: await digestOf(open()), open });
    snapshot = applyLayer(snapshot, entries);
  }
  const found = layers.map(({ diffId }) => diffId);
  if (JSON.stringify(found) !== JSON.stringify(document.rootfs.diff_ids)) {
    throw new Error(`invalid diffID for layer: ${config} names other layers than the archive has`);
  }
  return images.add(document, layers, snapshot);
}

function layerPath({ diffId }: Layer): string {
  return `${diffId.replace("sha256:", "")}/layer.tar`;
}

function file(name: string, content: Uint8Array): SnapshotEntry {
  return { type: "file", path: `/${name}`, mode: 0o644, modifiedAt: new Date(0), content };
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function readFile(files: ReadonlyMap<string, Uint8Array>, path: string): Uint8Array {
  const content = files.get(`/${path}`);
  if (content === undefined) throw new Error(`open ${path}: no such file or directory`);
  return content;
}

function readJson<Value>(files: ReadonlyMap<string, Uint8Array>, path: string): Value {
  return JSON.parse(Buffer.from(readFile(files, path)).toString()) as Value;
}
