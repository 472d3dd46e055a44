import { Link } from "wouter";
import type { Artifact, Build, VersionPath } from "../api/index.ts";
import { paths } from "../routing/paths.ts";
import { BuildBadge } from "./badge.tsx";
import { CopyButton } from "./copy-button.tsx";
import { Labels } from "./labels.tsx";
import { Metadata } from "./metadata.tsx";
import { Sboms } from "./sboms.tsx";
import { Time } from "./time.tsx";

/** A build: what it was made of, and its images. */
export function BuildCard({ build, path }: { build: Build; path: VersionPath }) {
  const { id, component_type, platform, status, source_external_identifier: source } = build;
  return (
    <article className="card" aria-labelledby={`build-${id}`}>
      <div className="card-head">
        <h3 id={`build-${id}`}>{component_type}</h3>
        <BuildBadge status={status} />
        <span className="muted">{platform}</span>
        <span className="muted card-time">
          <Time at={build.updated_at} />
        </span>
      </div>
      <Labels labels={build.labels} />
      {source && (
        <p className="with-copy">
          <span className="muted">Built from</span>{" "}
          <Link href={paths.search(source)}>
            <code>{source}</code>
          </Link>
          <CopyButton text={source} what="the source image's id" />
        </p>
      )}
      {build.artifacts.length > 0 && <Artifacts build={build} />}
      {status === "BUILD_DONE" && <Sboms path={{ ...path, buildId: id }} />}
      <Metadata metadata={build.metadata} />
    </article>
  );
}

function Artifacts({ build }: { build: Build }) {
  const byRegion = build.artifacts.toSorted((one, other) => compare(one, other));
  return (
    <table className="artifacts">
      <caption className="visually-hidden">Images of {build.component_type}</caption>
      <thead>
        <tr>
          <th scope="col">Region</th>
          <th scope="col">Image on {build.platform}</th>
        </tr>
      </thead>
      <tbody>
        {byRegion.map(({ id, region, external_identifier: image }) => (
          <tr key={id}>
            <th scope="row">{region || "everywhere"}</th>
            <td>
              <span className="with-copy">
                <code>{image}</code>
                <CopyButton text={image} what={`the image id in ${region}`} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function compare(one: Artifact, other: Artifact): number {
  return (
    one.region.localeCompare(other.region) ||
    one.external_identifier.localeCompare(other.external_identifier)
  );
}
