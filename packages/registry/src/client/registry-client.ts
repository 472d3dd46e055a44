import { Connection, type Tenant } from "./connection.ts";
import {
  type ArtifactOwner,
  type ArtifactQuery,
  builtOn,
  childrenOf,
  type FoundArtifact,
  findArtifact,
  ownersOf,
  parentsOf,
  type Relation,
} from "./look-ups.ts";
import { type Environment, optionsFromEnvironment, type RegistryClientOptions } from "./options.ts";
import type { BuildSource, PublishedVersion, PublishOptions } from "./publish/options.ts";
import { publishVersion } from "./publish/publish.ts";

/**
 * A client of one project of a registry: ours, or HCP Packer itself.
 *
 * ```ts
 * const base = await client.publish(imageOf("img-1"), {
 *   bucket: "web-base",
 *   componentType: "happy-cloud.base",
 * });
 * ```
 */
export class RegistryClient implements AsyncDisposable {
  readonly #connection: Connection;

  /** @throws {RegistryClientError} `BAD_OPTION` for addresses that are none. */
  constructor(options: RegistryClientOptions) {
    this.#connection = new Connection(options);
  }

  /**
   * A client for the registry that `HCP_API_ADDRESS`, `HCP_CLIENT_ID` and the other variables of Packer name.
   *
   * @throws {RegistryClientError} `BAD_OPTION`; the message names every variable that is wrong.
   */
  static fromEnvironment(environment: Environment = process.env): RegistryClient {
    return new RegistryClient(optionsFromEnvironment(environment));
  }

  /**
   * Publishes a version with one build: of artifacts that are there, or of a function that makes them and is watched
   * over meanwhile.
   *
   * @throws {RegistryClientError} `BUILD_FAILED`, `CANCELLED`, `NO_IMAGES`, `VERSION_COMPLETE`, and those of
   * every request. The message names the fingerprint to resume with.
   */
  async publish(
    source: BuildSource,
    options: PublishOptions & { componentType: string },
  ): Promise<PublishedVersion> {
    const { componentType, ...rest } = options;
    return await publishVersion(this.#connection, { [componentType]: source }, rest);
  }

  /** Publishes a version with several builds, by their component, which run side by side; as {@link publish}. */
  async publishAll(
    sources: Readonly<Record<string, BuildSource>>,
    options: PublishOptions,
  ): Promise<PublishedVersion> {
    return await publishVersion(this.#connection, sources, options);
  }

  /**
   * The image that a channel or a version has for a platform and a region; pass it on among the `parents` of what is
   * built on it.
   *
   * @throws {RegistryClientError} `NOT_FOUND`, `REVOKED`, `BAD_OPTION`.
   */
  async findArtifact(query: ArtifactQuery): Promise<FoundArtifact> {
    return await findArtifact(this.#connection, query);
  }

  /** What a bucket's latest version, or the version with the fingerprint, stands on. */
  async parentsOf(query: {
    bucket: string;
    fingerprint?: string;
    /** Also sources that the registry does not know; ours alone tells them. */
    includeUntracked?: boolean;
  }): Promise<Relation[]> {
    return await parentsOf(this.#connection, query);
  }

  /** What stands on a bucket, or on the version with the fingerprint. */
  async childrenOf(query: {
    bucket: string;
    fingerprint?: string;
    channel?: string;
  }): Promise<Relation[]> {
    return await childrenOf(this.#connection, query);
  }

  /**
   * What stands on a source, newest first, by the id that its provider gave it: also on one that the registry does not
   * know, such as a vendor's image. Ours alone tells.
   */
  async builtOn(
    sourceExternalIdentifier: string,
    filter: { platform?: string } = {},
  ): Promise<Relation[]> {
    return await builtOn(this.#connection, sourceExternalIdentifier, filter);
  }

  /** The builds of the project that made an image, by the id that its provider gave it. */
  async ownersOf(
    externalIdentifier: string,
    filter: { platform?: string; region?: string } = {},
  ): Promise<ArtifactOwner[]> {
    return await ownersOf(this.#connection, externalIdentifier, filter);
  }

  /** The organization and project that the client works in. */
  async tenant(): Promise<Tenant> {
    return await this.#connection.tenant();
  }

  /** Ends the connections once what is under way is answered. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
