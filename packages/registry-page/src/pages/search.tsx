import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { ForeignImage, UnknownImage } from "../components/foreign-image.tsx";
import { FoundImage } from "../components/found-image.tsx";
import { Page } from "../components/page.tsx";
import { Loaded } from "../components/states.tsx";
import { artifactQuery } from "../data/queries.ts";
import { paths } from "../routing/paths.ts";
import { useSession } from "../session/session.tsx";

/** Which template made an image, and what was built on it. */
export function SearchPage({ identifier }: { identifier: string }) {
  const { session } = useSession();
  const [, navigate] = useLocation();
  const [where, setWhere] = useState<{ platform?: string; region?: string }>({});
  const query = useQuery(artifactQuery(session, { identifier, ...where }));

  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? "").trim();
    setWhere({ platform: field("platform"), region: field("region") });
    if (field("identifier") !== identifier) navigate(paths.search(field("identifier")));
  };

  return (
    <Page title={`Image ${identifier}`} heading="Which template made this image?">
      <form className="toolbar" key={identifier} onSubmit={search}>
        <label>
          Image id
          <input
            name="identifier"
            required
            maxLength={700}
            spellCheck={false}
            defaultValue={identifier}
          />
        </label>
        <label>
          Platform (any)
          <input name="platform" maxLength={128} defaultValue={where.platform} />
        </label>
        <label>
          Region (any)
          <input name="region" maxLength={128} defaultValue={where.region} />
        </label>
        <button type="submit" className="primary">
          Search
        </button>
      </form>
      <Loaded query={query} what="what made the image">
        {(found) => {
          if (found.length > 0) {
            return found.map((artifact) => (
              <FoundImage key={artifact.build.id} found={artifact} identifier={identifier} />
            ));
          }
          // In another region a build may well have made it.
          return where.region ? (
            <UnknownImage identifier={identifier} />
          ) : (
            <ForeignImage identifier={identifier} platform={where.platform} />
          );
        }}
      </Loaded>
    </Page>
  );
}
