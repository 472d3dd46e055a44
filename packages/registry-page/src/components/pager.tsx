import { useState } from "react";
import type { PageRequest, Pagination } from "../api/index.ts";

/** Which page of a list is shown, and the ways to the next and the previous. */
export interface Paging {
  page: PageRequest;
  number: number;
  go(to: Pick<PageRequest, "next" | "previous">, step: number): void;
  reset(): void;
}

/** Starts at a list's first page. */
export function usePaging(pageSize: number): Paging {
  const [state, setState] = useState<{ page: PageRequest; number: number }>({
    page: { pageSize },
    number: 1,
  });
  return {
    ...state,
    go: (to, step) =>
      setState(({ number }) => ({ page: { pageSize, ...to }, number: number + step })),
    reset: () => setState({ page: { pageSize }, number: 1 }),
  };
}

/** The buttons under a list; nothing where all of it is on one page. */
export function Pager({ paging, pagination }: { paging: Paging; pagination: Pagination }) {
  const { next_page_token: next, previous_page_token: previous } = pagination;
  if (!next && !previous) return null;
  return (
    <nav className="pager" aria-label="Pages">
      <button type="button" disabled={!previous} onClick={() => paging.go({ previous }, -1)}>
        Previous
      </button>
      <span aria-live="polite">Page {Math.max(1, paging.number)}</span>
      <button type="button" disabled={!next} onClick={() => paging.go({ next }, 1)}>
        Next
      </button>
    </nav>
  );
}
