import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Bucket, BucketOrder } from "../api/index.ts";
import { BucketRow } from "../components/bucket-row.tsx";
import { Empty, Loading, Problem } from "../components/states.tsx";
import { counted } from "../components/text.ts";
import { allBucketsQuery } from "../data/queries.ts";
import { useSession } from "../session/session.tsx";

const MOST_SHOWN = 100;

/** The buckets whose name, description or labels have all words of `wanted`; the API has no such search. */
export function FoundBuckets({ wanted, order }: { wanted: string; order: BucketOrder }) {
  const { session } = useSession();
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    allBucketsQuery(session),
  );

  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !error) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, error, fetchNextPage]);

  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading what="buckets" />;
  const all = data.pages.flatMap((page) => page.buckets);
  const found = sorted(
    all.filter((bucket) => isFound(bucket, wanted)),
    order,
  );
  const searched = hasNextPage ? `the first ${counted(all.length, "bucket")} so far` : "all";
  if (found.length === 0 && !hasNextPage) {
    return (
      <Empty title={`No bucket has “${wanted.trim()}”`}>
        <p>
          The name, the description and the labels of {counted(all.length, "bucket")} were searched.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <p className="hint" role="status">
        {counted(found.length, "bucket")} found
        {hasNextPage && `, searching ${searched}`}
        {found.length > MOST_SHOWN && `; the first ${MOST_SHOWN} are shown`}
      </p>
      <ul className="rows" aria-label="Found buckets">
        {found.slice(0, MOST_SHOWN).map((bucket) => (
          <BucketRow key={bucket.id} bucket={bucket} />
        ))}
      </ul>
    </>
  );
}

function isFound({ name, description, labels }: Bucket, wanted: string): boolean {
  const text = [name, description, ...Object.entries(labels).flat()].join("\n").toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** RFC 3339 in UTC sorts as text. */
function sorted(buckets: Bucket[], order: BucketOrder): Bucket[] {
  if (order === "name") return buckets;
  const time = order === "updated_at desc" ? "updated_at" : "created_at";
  return buckets.toSorted((one, other) => (one[time] < other[time] ? 1 : -1));
}
