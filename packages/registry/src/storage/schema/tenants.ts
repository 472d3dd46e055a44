import { boolean, pgTable, text } from "../drizzle.ts";
import { createdAt, time, ulidKey, updatedAt } from "./columns.ts";

export const organizations = pgTable("organizations", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  createdAt: createdAt(),
});

export const projects = pgTable("projects", {
  id: text("id").primaryKey(),
  organizationId: text("organization_id")
    .notNull()
    .references(() => organizations.id, { onDelete: "cascade" }),
  name: text("name").notNull(),
  createdAt: createdAt(),
});

/** A project's registry; without one the project has no buckets. */
export const registries = pgTable("registries", {
  projectId: text("project_id")
    .primaryKey()
    .references(() => projects.id, { onDelete: "cascade" }),
  id: text("id").notNull(),
  featureTier: text("feature_tier").notNull(),
  activated: boolean("activated").notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** Who may sign in: the id is the client id, the secret is kept as a scrypt hash. */
export const principals = pgTable("principals", {
  id: text("id").primaryKey(),
  projectId: text("project_id")
    .notNull()
    .references(() => projects.id, { onDelete: "cascade" }),
  name: text("name").notNull(),
  role: text("role", { enum: ["viewer", "contributor", "admin"] }).notNull(),
  secretHash: text("secret_hash").notNull(),
  createdAt: createdAt(),
  revokedAt: time("revoked_at"),
});

/** What tokens and download links are signed with; shared by all servers on one store. */
export const signingKeys = pgTable("signing_keys", {
  id: ulidKey(),
  secret: text("secret").notNull(),
  createdAt: createdAt(),
});

/** What a client was told is under way; ours are over before the answer is sent. */
export const operations = pgTable("operations", {
  id: ulidKey(),
  projectId: text("project_id")
    .notNull()
    .references(() => projects.id, { onDelete: "cascade" }),
  createdAt: createdAt(),
});
