import { Containers } from "./containers.ts";
import { Execs } from "./execs.ts";
import { Images } from "./images.ts";
import type { DockerEngineSnapshot, DockerSeedImage } from "./model.ts";
import { parseReference } from "./reference.ts";
import { imageOfSeed, Registry, type RegistryCredentials } from "./registry.ts";

/** What a new engine is made of. */
export interface EngineOptions {
  /** The images that it has from the start. */
  images: readonly DockerSeedImage[];
  /** The images that it can pull. */
  registry: readonly DockerSeedImage[];
  registryCredentials: RegistryCredentials | undefined;
}

/** All that an engine has. */
export class Engine {
  readonly images = new Images();
  readonly containers = new Containers();
  readonly execs = new Execs();
  readonly registry: Registry;

  private constructor(registry: Registry) {
    this.registry = registry;
  }

  static async create(options: EngineOptions): Promise<Engine> {
    const registry = new Registry(options.registryCredentials);
    await registry.seed(options.registry);
    const engine = new Engine(registry);
    for (const seed of options.images) {
      const { document, layers, files } = await imageOfSeed(seed);
      engine.images.tag(engine.images.add(document, layers, files), parseReference(seed.reference));
    }
    return engine;
  }

  snapshot(): DockerEngineSnapshot {
    return {
      images: this.images.all().map((image) => ({
        id: image.id,
        tags: this.images.tags(image),
        digests: this.images.digests(image),
        parent: image.parent,
      })),
      containers: this.containers.all().map(({ id, name, image, status }) => ({
        id,
        name,
        image: image.id,
        status,
      })),
    };
  }
}
