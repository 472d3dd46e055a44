/** How often the count on a terminal changes, in milliseconds. */
export const PROGRESS_INTERVAL = 200;

/** Counts rows, and shows the count on one line of a terminal until the end; nothing elsewhere. */
export interface RowCount {
  readonly rows: number;
  add(rows: number): void;
  end(): void;
}

/** @param verb what is done to the rows, in the past tense. */
export function countRows(stream: NodeJS.WritableStream, verb: string): RowCount {
  const isTerminal = "isTTY" in stream && stream.isTTY === true;
  let rows = 0;
  let shownAt = Date.now();
  let isShown = false;
  return {
    get rows() {
      return rows;
    },
    add(more) {
      rows += more;
      if (!isTerminal || Date.now() - shownAt < PROGRESS_INTERVAL) return;
      shownAt = Date.now();
      isShown = true;
      stream.write(`\r\u001b[K${verb} ${rows.toLocaleString("en")} rows`);
    },
    end() {
      if (isShown) stream.write("\r\u001b[K");
      isShown = false;
    },
  };
}
