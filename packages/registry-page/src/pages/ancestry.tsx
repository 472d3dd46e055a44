import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Link } from "wouter";
import type { Family, FamilyLimits } from "../ancestry/family.ts";
import type { VersionPath } from "../api/index.ts";
import { BucketPage } from "../components/bucket-head.tsx";
import { ErrorBoundary } from "../components/error-boundary.tsx";
import { FamilyList } from "../components/family-list.tsx";
import { Crumbs, Page, Section } from "../components/page.tsx";
import { Empty, Loaded, Loading } from "../components/states.tsx";
import { versionLabel } from "../components/text.ts";
import { familyQuery, versionQuery } from "../data/queries.ts";
import { paths } from "../routing/paths.ts";
import { useSession } from "../session/session.tsx";

const FamilyGraph = lazy(() => import("../components/family-graph.tsx"));

/** How much of a family is shown at first, and after asking for more. */
const STEPS: [FamilyLimits, ...FamilyLimits[]] = [
  { generations: 6, fanOut: 40, members: 240 },
  { generations: 15, fanOut: 150, members: 400 },
  { generations: 60, fanOut: 500, members: 800 },
];

/** The ancestry of a bucket's latest version. */
export function BucketAncestryPage({ bucket }: { bucket: string }) {
  return (
    <BucketPage name={bucket} tab="Ancestry">
      {({ latest_version: latest }) =>
        latest === undefined ? (
          <Empty title="No complete version yet">
            <p>Ancestry begins with one.</p>
          </Empty>
        ) : (
          <Ancestry bucket={bucket} fingerprint={latest.fingerprint} />
        )
      }
    </BucketPage>
  );
}

/** The ancestry of any version. */
export function VersionAncestryPage({ bucket, fingerprint }: VersionPath) {
  const { session } = useSession();
  const version = useQuery(versionQuery(session, { bucket, fingerprint })).data;
  const name = version ? versionLabel(version) : "";
  return (
    <Page
      title={`Ancestry of ${bucket} ${name}`}
      above={
        <Crumbs>
          {[
            <Link key="all" href={paths.buckets}>
              Buckets
            </Link>,
            <Link key="bucket" href={paths.bucket(bucket)}>
              {bucket}
            </Link>,
            <Link key="version" href={paths.version(bucket, fingerprint)}>
              {name || "Version"}
            </Link>,
            "Ancestry",
          ]}
        </Crumbs>
      }
    >
      <Ancestry bucket={bucket} fingerprint={fingerprint} />
    </Page>
  );
}

function Ancestry({ bucket, fingerprint }: VersionPath) {
  const { session } = useSession();
  const [step, setStep] = useState(0);
  const limits = STEPS[step] ?? STEPS[0];
  const query = useQuery(familyQuery(session, { bucket, fingerprint }, limits));
  return (
    <Loaded query={query} what="the ancestry">
      {(family) => (
        <>
          <Picture family={family} />
          {family.isCut && (
            <p className="hint">
              Only a part is shown.{" "}
              {step < STEPS.length - 1 ? (
                <button
                  type="button"
                  className="small"
                  disabled={query.isPlaceholderData}
                  onClick={() => setStep(step + 1)}
                >
                  {query.isPlaceholderData ? "Loading…" : "Show more"}
                </button>
              ) : (
                "Open the ancestry of a relative to see more of its own."
              )}
            </p>
          )}
          <Section title="As a list">
            <FamilyList family={family} />
          </Section>
        </>
      )}
    </Loaded>
  );
}

function Picture({ family }: { family: Family }) {
  if (family.links.length === 0) {
    return (
      <Empty title="No relatives">
        <p>
          It was built on no image that its builds name, and nothing was built on it. Builders say
          what they built on as <code>SourceImageID</code>.
        </p>
      </Empty>
    );
  }
  return (
    <ErrorBoundary>
      <Suspense fallback={<Loading what="the graph" />}>
        <FamilyGraph family={family} />
      </Suspense>
    </ErrorBoundary>
  );
}
