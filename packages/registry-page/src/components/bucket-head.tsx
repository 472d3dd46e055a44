import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { type Bucket, RegistryError } from "../api/index.ts";
import { bucketQuery } from "../data/queries.ts";
import { paths } from "../routing/paths.ts";
import { useSession } from "../session/session.tsx";
import { Labels } from "./labels.tsx";
import { Crumbs, Page } from "./page.tsx";
import { Empty, Loaded } from "./states.tsx";

/** A page of a bucket: its head, the ways to its other pages, and what `children` makes of it. */
export function BucketPage({
  name,
  tab,
  children,
}: {
  name: string;
  tab: string;
  children: (bucket: Bucket) => ReactNode;
}) {
  const { session } = useSession();
  const query = useQuery(bucketQuery(session, name));
  const isMissing = query.error instanceof RegistryError && query.error.status === 404;
  return (
    <Page
      title={`${name} · ${tab}`}
      heading={name}
      above={
        <Crumbs>
          {[
            <Link key="all" href={paths.buckets}>
              Buckets
            </Link>,
            name,
          ]}
        </Crumbs>
      }
    >
      {isMissing ? (
        <Empty title="There is no such bucket">
          <p>{query.error?.message}</p>
        </Empty>
      ) : (
        <Loaded query={query} what="the bucket">
          {(bucket) => (
            <>
              {bucket.description && <p className="lead">{bucket.description}</p>}
              <Labels labels={bucket.labels} />
              <Tabs bucket={name} />
              {children(bucket)}
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}

function Tabs({ bucket }: { bucket: string }) {
  const [location] = useLocation();
  const tabs = [
    ["Versions", paths.bucket(bucket)],
    ["Channels", paths.channels(bucket)],
    ["Ancestry", paths.bucketAncestry(bucket)],
  ] as const;
  return (
    <nav className="tabs" aria-label="Of this bucket">
      {tabs.map(([name, path]) => (
        <Link key={name} href={path} aria-current={location === path ? "page" : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
