import { useQuery } from "@tanstack/react-query";
import { builtOnQuery } from "../data/queries.ts";
import { useSession } from "../session/session.tsx";
import { Badge } from "./badge.tsx";
import { ChildList } from "./child-list.tsx";
import { Empty, Loaded } from "./states.tsx";

/** An image that no build of the project made, such as a vendor's, and what was built on it. */
export function ForeignImage({
  identifier,
  platform,
}: {
  identifier: string;
  platform: string | undefined;
}) {
  const { session } = useSession();
  const query = useQuery(builtOnQuery(session, { identifier, platform }));
  return (
    <Loaded query={query} what="what was built on it">
      {(built) =>
        built.relations.length === 0 ? (
          <UnknownImage identifier={identifier} />
        ) : (
          <article className="card" aria-labelledby="foreign">
            <div className="card-head">
              <h2 id="foreign">
                <code>{identifier}</code>
              </h2>
              <Badge tone="plain">Not in this registry</Badge>
            </div>
            <p>No build of this project made it. It may be a vendor's image.</p>
            <h3>What was built on it</h3>
            <ChildList {...built} />
          </article>
        )
      }
    </Loaded>
  );
}

/** An image of which nothing is known. */
export function UnknownImage({ identifier }: { identifier: string }) {
  return (
    <Empty title="No build of this project made it">
      <p>
        <code>{identifier}</code> may be a vendor's image, or belong to another project. Ids must
        match to the letter.
      </p>
    </Empty>
  );
}
