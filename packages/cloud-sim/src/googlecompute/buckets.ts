import { createHash } from "node:crypto";
import { ApiError } from "../frame/errors.ts";

/** An object in a bucket. */
interface StoredObject {
  bucket: string;
  name: string;
  content: Buffer;
  createdAt: string;
}

/** The buckets of Cloud Storage that exist, and the objects in them. */
export class Buckets {
  readonly #objects: Map<string, Map<string, StoredObject>>;

  constructor(names: readonly string[]) {
    this.#objects = new Map(names.map((name) => [name, new Map()]));
  }

  has(bucket: string, name: string): boolean {
    return this.#objects.get(bucket)?.has(name) ?? false;
  }

  /** A bucket, as the API shows it. */
  bucket(name: string): object {
    this.#bucket(name);
    return { kind: "storage#bucket", id: name, name, location: "US", storageClass: "STANDARD" };
  }

  put(bucket: string, name: string, content: Buffer): object {
    if (name === "") throw new ApiError(400, "required", "Required: an object's name");
    const stored = { bucket, name, content, createdAt: new Date().toISOString() };
    this.#bucket(bucket).set(name, stored);
    return view(stored);
  }

  /** An object, as the API shows it. */
  get(bucket: string, name: string): object {
    return view(this.#object(bucket, name));
  }

  content(bucket: string, name: string): Buffer {
    return this.#object(bucket, name).content;
  }

  delete(bucket: string, name: string): void {
    this.#object(bucket, name);
    this.#bucket(bucket).delete(name);
  }

  list(): { bucket: string; name: string; bytes: number }[] {
    return [...this.#objects.values()].flatMap((objects) =>
      [...objects.values()].map(({ bucket, name, content }) => ({
        bucket,
        name,
        bytes: content.byteLength,
      })),
    );
  }

  #bucket(name: string): Map<string, StoredObject> {
    const bucket = this.#objects.get(name);
    if (bucket !== undefined) return bucket;
    throw new ApiError(404, "notFound", "The specified bucket does not exist.");
  }

  #object(bucket: string, name: string): StoredObject {
    const found = this.#bucket(bucket).get(name);
    if (found !== undefined) return found;
    throw new ApiError(404, "notFound", `No such object: ${bucket}/${name}`);
  }
}

function view({ bucket, name, content, createdAt }: StoredObject): object {
  const path = `https://www.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  return {
    kind: "storage#object",
    id: `${bucket}/${name}/1`,
    selfLink: path,
    name,
    bucket,
    generation: "1",
    metageneration: "1",
    contentType: "application/octet-stream",
    size: String(content.byteLength),
    md5Hash: createHash("md5").update(content).digest("base64"),
    timeCreated: createdAt,
    updated: createdAt,
  };
}
