const CONNECTION_LOST =
  /connection terminated|connection ended|client has encountered|timeout exceeded when trying to connect/i;
const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "ENOENT",
]);

/** Too many connections, and a statement that took longer than the server lets one: mostly, it waited for others. */
const BUSY = new Set(["53300", "57014"]);

/** PostgreSQL's SQLSTATE or Node's error code behind an error; `undefined` where there is none. */
export function databaseErrorCode(error: unknown): string | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth += 1) {
    const code = (one as { code?: unknown }).code;
    if (typeof code === "string") return code;
  }
  return undefined;
}

/** Whether a row was refused because one like it is there. */
export function isUniqueViolation(error: unknown): boolean {
  return databaseErrorCode(error) === "23505";
}

/** Whether a row was refused because what it belongs to is not there. */
export function isForeignKeyViolation(error: unknown): boolean {
  return databaseErrorCode(error) === "23503";
}

/** Whether PostgreSQL ended this work because other work met it: a serialization failure, or a deadlock. */
export function isConflict(error: unknown): boolean {
  return ["40001", "40P01"].includes(databaseErrorCode(error) ?? "");
}

/** Whether PostgreSQL refused a value: too long, of the wrong form, or text that it cannot store. */
export function isDataException(error: unknown): boolean {
  const code = databaseErrorCode(error) ?? "";
  return code.startsWith("22") || code === "54000";
}

/** Whether the store could not be reached, so that asking again later may help. */
export function isUnavailable(error: unknown): boolean {
  const code = databaseErrorCode(error) ?? "";
  if (code.startsWith("08") || code.startsWith("57P") || BUSY.has(code) || NETWORK.has(code)) {
    return true;
  }
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth += 1) {
    if (CONNECTION_LOST.test(one.message)) return true;
  }
  return false;
}
