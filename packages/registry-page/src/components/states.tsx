import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { RegistryError } from "../api/index.ts";

/** Stands where something is on its way. */
export function Loading({ what }: { what: string }) {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">Loading {what}…</span>
      <span className="loading-bar" />
      <span className="loading-bar" />
      <span className="loading-bar" />
    </div>
  );
}

/** What went wrong, in the registry's own words, and a way to try again. */
export function Problem({ error, retry }: { error: Error; retry?: (() => void) | undefined }) {
  return (
    <div className="problem" role="alert">
      <p>
        <strong>{headingOf(error)}</strong>
      </p>
      <p>{error.message}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Says that there is nothing yet, and how there would be something. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children}
    </div>
  );
}

/** Shows a query's data once it is there; until then that it is on its way, or why it does not come. */
export function Loaded<Data>({
  query,
  what,
  children,
}: {
  query: UseQueryResult<Data, Error>;
  /** Such as `buckets`. */
  what: string;
  children: (data: Data) => ReactNode;
}) {
  const retry = () => void query.refetch();
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Problem error={query.error} retry={retry} />}
        {children(query.data)}
      </>
    );
  }
  return query.isError ? <Problem error={query.error} retry={retry} /> : <Loading what={what} />;
}

function headingOf(error: Error): string {
  if (!(error instanceof RegistryError)) return "This page failed";
  if (error.code === "UNREACHABLE") return "No answer";
  if (error.status === 403) return "Not allowed";
  if (error.status === 404) return "Not found";
  return "The registry refused";
}
