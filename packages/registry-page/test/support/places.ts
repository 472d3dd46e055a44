import type { Page } from "playwright-core";
import { type Connection, listVersions } from "../../src/api/index.ts";
import { paths } from "../../src/routing/paths.ts";

/** A place of the page to look at, and what to do there first. */
export interface Place {
  name: string;
  path: string;
  act?: (page: Page) => Promise<void>;
}

/** An address that leads to no bucket. */
export const MISSING = "/buckets/no-such-bucket";

/** All kinds of places, in a project with the buckets of the fake registry's seed. */
export async function placesOf(connection: Connection): Promise<Place[]> {
  const versionsOf = async (bucket: string) => (await listVersions(connection, bucket)).versions;
  const base = await versionsOf("ubuntu-base");
  const web = await versionsOf("web-server");
  const named = (versions: typeof base, name: string) => {
    const version = versions.find((one) => one.name === name);
    if (version === undefined) throw new Error(`there is no ${name} to look at`);
    return version;
  };
  const at = (name: string) => paths.version("ubuntu-base", named(base, name).fingerprint);
  const ancestryOf = (name: string) => paths.ancestry("ubuntu-base", named(base, name).fingerprint);
  const image = named(base, "v3").builds[0]?.artifacts[0]?.external_identifier ?? "";
  const vendor = named(base, "v3").builds[0]?.source_external_identifier ?? "";
  return [
    { name: "buckets", path: paths.buckets },
    { name: "buckets-found", path: paths.buckets, act: searchFor("platform") },
    { name: "bucket", path: paths.bucket("ubuntu-base") },
    { name: "bucket-hostile", path: paths.bucket("build-tools") },
    { name: "bucket-empty", path: paths.bucket("new-service") },
    { name: "bucket-missing", path: MISSING },
    { name: "channels", path: paths.channels("ubuntu-base") },
    { name: "channel", path: paths.channel("ubuntu-base", "production") },
    {
      name: "assign",
      path: paths.channel("ubuntu-base", "production"),
      act: press("Roll back to v3…"),
    },
    { name: "version", path: at("v4") },
    {
      name: "version-revoked",
      path: paths.version("web-server", named(web, "v1").fingerprint),
    },
    { name: "revoke", path: at("v3"), act: press("Revoke…") },
    { name: "ancestry", path: ancestryOf("v3") },
    { name: "ancestry-revoked", path: ancestryOf("v2") },
    { name: "ancestry-bucket", path: paths.bucketAncestry("payments") },
    { name: "search", path: paths.search(image) },
    { name: "search-nothing", path: paths.search(vendor) },
  ];
}

function press(name: string) {
  return async (page: Page) => await page.getByRole("button", { name }).first().click();
}

function searchFor(text: string) {
  return async (page: Page) => {
    await page.getByRole("searchbox", { name: "Search buckets" }).fill(text);
    await page.getByRole("list", { name: "Found buckets" }).waitFor();
  };
}
