import type { Build } from "./builds.ts";
import { askProject, type Connection, type Pagination, pageQuery } from "./request.ts";
import type { Version } from "./versions.ts";

/** The build that made an image. */
export interface FoundArtifact {
  bucket: { id: string; name: string; labels?: Record<string, string> };
  build: Build;
  version: Pick<Version, "id" | "name" | "fingerprint" | "author_id" | "status">;
}

/** Which image to search for. */
export interface ArtifactQuery {
  /** Such as `ami-0abc`. */
  identifier: string;
  platform?: string | undefined;
  region?: string | undefined;
}

/** The builds that made an image; several where clouds use one id, or a build was published twice. @throws {RegistryError} */
export async function searchArtifact(
  connection: Connection,
  { identifier, platform, region }: ArtifactQuery,
  signal?: AbortSignal,
): Promise<FoundArtifact[]> {
  const answer = await askProject<{ artifacts?: FoundArtifact[]; pagination?: Pagination }>(
    connection,
    ["_search", "external_artifact"],
    {
      method: "POST",
      query: pageQuery({ pageSize: 50 }),
      body: { external_identifier: identifier, platform, region },
      signal,
    },
  );
  return answer.artifacts ?? [];
}
