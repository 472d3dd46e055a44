import { text, timestamp } from "../drizzle.ts";

/** A ULID; its text sorts by the time of creation. */
export const ulidKey = () => text("id").primaryKey();

/** A point in time, to the millisecond, in UTC. */
export const time = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

export const createdAt = () => time("created_at").notNull();
export const updatedAt = () => time("updated_at").notNull();
