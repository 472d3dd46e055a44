import { useMutation, useQuery } from "@tanstack/react-query";
import { type BuildPath, sbomAddress } from "../api/index.ts";
import { sbomsQuery } from "../data/queries.ts";
import { useSession } from "../session/session.tsx";
import { Problem } from "./states.tsx";

/** A build's bills of materials, to download; nothing where there are none. */
export function Sboms({ path }: { path: BuildPath }) {
  const { session } = useSession();
  const query = useQuery(sbomsQuery(session, path));
  const download = useMutation({
    meta: { changesNothing: true },
    mutationFn: (name: string) => sbomAddress(session, path, name),
    onSuccess: (address, name) => save(address, `${name}.json`),
  });
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />;
  if (!query.data || query.data.length === 0) return null;
  return (
    <div className="sboms">
      <span className="muted">Bills of materials</span>
      {query.data.map(({ id, name, format }) => (
        <button
          key={id}
          type="button"
          className="small"
          disabled={download.isPending}
          onClick={() => download.mutate(name)}
        >
          {name} ({format})
        </button>
      ))}
      {download.isError && <Problem error={download.error} />}
    </div>
  );
}

/** @throws {Error} for an address that is no web address: such a link could run a script. */
function save(address: string, name: string): void {
  const url = new URL(address, location.href);
  if (!/^https?:$/.test(url.protocol)) throw new Error(`${url.protocol} is no web address`);
  const link = document.createElement("a");
  link.href = url.href;
  link.download = name;
  link.rel = "noreferrer";
  link.click();
}
