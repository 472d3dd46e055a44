/** How long a client may take, in milliseconds: slower ones are cut off. */
export const TIMES = {
  /** For the headers of a request. */
  headers: 10_000,
  /** For a whole request. */
  request: 30_000,
  /** Without a byte either way, such as where an answer is not read. */
  idle: 60_000,
  /** Between two requests. */
  keepAlive: 65_000,
  /** Between two looks for requests that take too long. */
  checking: 5_000,
} as const;
