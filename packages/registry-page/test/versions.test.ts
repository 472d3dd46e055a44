// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { paths } from "../src/routing/paths.ts";
import type { FakeRegistry } from "./fake-registry/server.ts";
import { pathOf } from "./support/named.ts";
import { openSignedIn } from "./support/page.tsx";

const versionPlace = (registry: FakeRegistry, bucket: string, number: number) =>
  paths.version(bucket, pathOf(registry, bucket, number).fingerprint);

it("shows a bucket's versions with their state and the channels that point at them", async () => {
  await using page = await openSignedIn();
  page.go("/buckets/ubuntu-base");
  const rows = within(await screen.findByRole("list", { name: "Versions" })).getAllByRole(
    "listitem",
  );
  const newest = rows[0] as HTMLElement;
  await within(newest).findByRole("link", { name: "production" });
  expect(within(newest).getByRole("link", { name: "v4" })).toBeTruthy();
  expect(screen.getByText("Revoked")).toBeTruthy();
  page.go("/buckets/build-tools");
  expect(await screen.findByText("Building")).toBeTruthy();
  expect(screen.getByText("Failed")).toBeTruthy();
});

it("shows a version's images by region, and where they came from", async () => {
  await using page = await openSignedIn();
  page.go(versionPlace(page.registry, "ubuntu-base", 4));
  const table = await screen.findByRole("table", { name: "Images of amazon-ebs.server" });
  const regions = within(table)
    .getAllByRole("rowheader")
    .map((cell) => cell.textContent);
  expect(regions).toEqual(["ap-southeast-2", "eu-central-1", "us-east-1"]);
  expect(within(table).getByText("ami-ubuntu-base-v4-eu-central-1")).toBeTruthy();
  expect(screen.getAllByText("images/linux/template.pkr.hcl")).toHaveLength(2);
  expect(screen.getAllByText("9f2c1d7e5b8a on main")).toHaveLength(2);
  await waitFor(() =>
    expect(screen.getAllByRole("button", { name: "packages (CYCLONEDX)" })).toHaveLength(2),
  );
});

it("shows what a revocation does before it is done, does it, and takes it back", async () => {
  await using page = await openSignedIn();
  page.go(versionPlace(page.registry, "ubuntu-base", 4));
  await page.user.click(await screen.findByRole("button", { name: "Revoke…" }));
  const dialog = screen.getByRole("dialog", { name: "Revoke ubuntu-base v4?" });
  const impact = within(dialog).getByRole("region", { name: "What this will do" });
  expect(await within(impact).findByText("web-server v3")).toBeTruthy();
  expect(within(impact).getByText("shop-frontend v1")).toBeTruthy();
  expect(impact.textContent).toContain("ubuntu-base production: v4 →goes to v3");

  await page.user.click(within(dialog).getByLabelText("Also revoke all that was built on it"));
  expect(await within(impact).findByText("No other version is revoked with it.")).toBeTruthy();
  await page.user.type(within(dialog).getByRole("textbox"), "CVE-2025-0001");
  const revoke = within(dialog).getByRole("button", { name: "Revoke now" });
  await waitFor(() => expect(revoke).toHaveProperty("disabled", false));
  await page.user.click(revoke);

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(await screen.findByText("CVE-2025-0001")).toBeTruthy();
  expect(await screen.findByText("none points here")).toBeTruthy();

  await page.user.click(screen.getByRole("button", { name: "Restore…" }));
  await page.user.click(await screen.findByRole("button", { name: "Restore" }));
  await waitFor(() => expect(screen.queryByText("CVE-2025-0001")).toBeNull());
  expect(await screen.findByRole("button", { name: "Revoke…" })).toBeTruthy();
});

it("sends whoever would restore an inherited revocation to where it comes from", async () => {
  await using page = await openSignedIn();
  page.go(versionPlace(page.registry, "web-server", 1));
  expect(await screen.findByText(/a backdoor in xz/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "ubuntu-base v2" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Restore…" })).toBeNull();
});

it("keeps a dialog open and tells why where the registry refuses", async () => {
  await using page = await openSignedIn();
  page.go(versionPlace(page.registry, "ubuntu-base", 1));
  await page.user.click(await screen.findByRole("button", { name: "Revoke…" }));
  const dialog = screen.getByRole("dialog");
  await within(dialog).findByText("No channel points at what is revoked.");
  await page.user.type(within(dialog).getByRole("textbox"), "old");
  page.registry.failNext(/versions\/[^/]+$/, 7, "this takes the role contributor");
  await page.user.click(within(dialog).getByRole("button", { name: "Revoke now" }));
  expect((await within(dialog).findByRole("alert")).textContent).toContain(
    "this takes the role contributor",
  );
});
