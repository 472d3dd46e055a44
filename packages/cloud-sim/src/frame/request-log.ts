/** How many requests a log keeps; the oldest go first. */
const MAX_KEPT_REQUESTS = 100_000;

/** One request that a stand-in received. Headers, queries and bodies are never kept: they may hold secrets. */
export interface RequestRecord {
  /** 1 for the first request since the start. */
  readonly call: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The provider's name of the operation, such as `CreateImage`; `Unknown` for a route that does not exist. */
  readonly operation: string;
  /** The HTTP status that was answered; `undefined` while the request runs and where the connection was dropped. */
  readonly status: number | undefined;
  /** The kind of the injected fault that struck, if one did. */
  readonly fault: string | undefined;
}

/** A record that the frame is still filling in. */
export type OpenRequestRecord = {
  -readonly [Key in keyof RequestRecord]: RequestRecord[Key];
};

/** The requests that a stand-in received, oldest first. */
export class RequestLog {
  readonly records: OpenRequestRecord[] = [];
  #calls = 0;

  /** Adds a request that has just arrived. */
  open(method: string, path: string, operation: string): OpenRequestRecord {
    this.#calls += 1;
    const record: OpenRequestRecord = {
      call: this.#calls,
      method,
      path,
      operation,
      status: undefined,
      fault: undefined,
    };
    this.records.push(record);
    if (this.records.length > MAX_KEPT_REQUESTS) this.records.shift();
    return record;
  }

  /** The distinct names of the operations seen so far, in the order in which each first came. */
  operations(): string[] {
    return [...new Set(this.records.map((record) => record.operation))];
  }
}
