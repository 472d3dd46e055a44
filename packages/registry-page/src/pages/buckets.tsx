import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Bucket, BucketOrder } from "../api/index.ts";
import { BucketRow } from "../components/bucket-row.tsx";
import { Page } from "../components/page.tsx";
import { Pager, usePaging } from "../components/pager.tsx";
import { Empty, Loaded } from "../components/states.tsx";
import { bucketsQuery } from "../data/queries.ts";
import { useSession } from "../session/session.tsx";
import { FoundBuckets } from "./found-buckets.tsx";

const PAGE_SIZE = 25;

/** The buckets of the project: all of them page by page, or those that are searched for. */
export function BucketsPage() {
  const [wanted, setWanted] = useState("");
  const [order, setOrder] = useState<BucketOrder>("name");
  return (
    <Page title="Buckets">
      <div className="toolbar">
        <label>
          <span className="visually-hidden">Search buckets</span>
          <input
            type="search"
            placeholder="Search by name, description or label"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
        </label>
        <label className="inline">
          Sort by
          <select value={order} onChange={(event) => setOrder(event.target.value as BucketOrder)}>
            <option value="name">name</option>
            <option value="updated_at desc">last change</option>
            <option value="created_at desc">age, newest first</option>
          </select>
        </label>
      </div>
      {wanted.trim() === "" ? (
        <AllBuckets key={order} order={order} />
      ) : (
        <FoundBuckets wanted={wanted} order={order} />
      )}
    </Page>
  );
}

function AllBuckets({ order }: { order: BucketOrder }) {
  const { session } = useSession();
  const paging = usePaging(PAGE_SIZE);
  const query = useQuery(bucketsQuery(session, { ...paging.page, order }));
  return (
    <Loaded query={query} what="buckets">
      {({ buckets, pagination }) => (
        <>
          <BucketList buckets={buckets} isOld={query.isPlaceholderData} />
          <Pager paging={paging} pagination={pagination} />
        </>
      )}
    </Loaded>
  );
}

function BucketList({ buckets, isOld }: { buckets: Bucket[]; isOld: boolean }) {
  if (buckets.length === 0) {
    return (
      <Empty title="No buckets yet">
        <p>
          Packer makes one when it publishes: add an <code>hcp_packer_registry</code> block to a
          template, set the environment variables that <code>packerkit-registry</code> prints when
          it first starts, and run <code>packer build</code>.
        </p>
      </Empty>
    );
  }
  return (
    <ul className="rows" aria-label="Buckets" aria-busy={isOld}>
      {buckets.map((bucket) => (
        <BucketRow key={bucket.id} bucket={bucket} />
      ))}
    </ul>
  );
}
