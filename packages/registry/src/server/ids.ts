import { monotonicFactory } from "ulid";

/** A new ULID, later in order than every one that this process made before. */
export const newId: () => string = monotonicFactory();
