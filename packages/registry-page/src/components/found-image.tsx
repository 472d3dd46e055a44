import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { FoundArtifact } from "../api/index.ts";
import { childrenQuery, versionQuery } from "../data/queries.ts";
import { paths } from "../routing/paths.ts";
import { useSession } from "../session/session.tsx";
import { VersionBadge } from "./badge.tsx";
import { ChildList } from "./child-list.tsx";
import { OriginFacts } from "./metadata.tsx";
import { originOf } from "./origin.ts";
import { Loaded } from "./states.tsx";
import { Time } from "./time.tsx";

/** A build that made an image: its version, its template, and what was built on it. */
export function FoundImage({ found, identifier }: { found: FoundArtifact; identifier: string }) {
  const { bucket, version, build } = found;
  const images = build.artifacts.filter((image) => image.external_identifier === identifier);
  const regions = images.map((image) => image.region).filter(Boolean);
  return (
    <article className="card" aria-labelledby={`found-${build.id}`}>
      <div className="card-head">
        <h2 id={`found-${build.id}`}>
          <Link href={paths.version(bucket.name, version.fingerprint)}>
            {bucket.name} {version.name}
          </Link>
        </h2>
        <VersionBadge status={version.status} />
      </div>
      <p>
        Made by <strong>{build.component_type}</strong> on {build.platform}
        {regions.length > 0 && ` in ${regions.join(", ")}`}, <Time at={build.updated_at} />, by{" "}
        {version.author_id}.
      </p>
      <Template found={found} />
      <h3>What was built on it</h3>
      <Children found={found} />
    </article>
  );
}

function Template({ found: { bucket, version, build } }: { found: FoundArtifact }) {
  const { session } = useSession();
  const path = { bucket: bucket.name, fingerprint: version.fingerprint };
  const query = useQuery(versionQuery(session, path));
  return (
    <Loaded query={query} what="the template">
      {({ builds }) => {
        const metadata = builds.find(({ id }) => id === build.id)?.metadata;
        return metadata ? (
          <OriginFacts origin={originOf(metadata)} />
        ) : (
          <p className="muted">Packer said nothing about the template.</p>
        );
      }}
    </Loaded>
  );
}

function Children({ found: { bucket, version } }: { found: FoundArtifact }) {
  const { session } = useSession();
  const path = { bucket: bucket.name, fingerprint: version.fingerprint };
  const query = useQuery(childrenQuery(session, path));
  return (
    <Loaded query={query} what="what was built on it">
      {({ relations, total }) =>
        relations.length === 0 ? (
          <p className="muted">Nothing that this registry knows of.</p>
        ) : (
          <>
            <ChildList relations={relations} total={total} />
            <Link href={paths.ancestry(bucket.name, version.fingerprint)}>
              All generations as a graph
            </Link>
          </>
        )
      }
    </Loaded>
  );
}
