// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { openSignedIn } from "./support/page.tsx";

const entries = () =>
  within(screen.getByRole("list", { name: "Assignments, newest first" })).getAllByRole("listitem");

it("rolls a channel back out of its history, after saying what that changes", async () => {
  await using page = await openSignedIn();
  page.go("/buckets/ubuntu-base/channels/production");
  await page.user.click(await screen.findByRole("button", { name: "Roll back to v3…" }));
  const dialog = screen.getByRole("dialog", { name: "Assign a version to production" });
  expect(await within(dialog).findByText("v4")).toBeTruthy();
  expect(dialog.textContent).toContain("ubuntu-base production: v4 →goes to v3");
  expect(within(dialog).queryByRole("radio", { name: /v2/ })).toBeNull();
  await page.user.click(within(dialog).getByRole("button", { name: "Roll back to v3" }));

  expect(await screen.findByRole("button", { name: "Promote to v4…" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "ubuntu-base v3" })).toBeTruthy();
  await waitFor(() => expect(entries()[0]?.textContent).toMatch(/^v3.*Now$/));
});

it("makes a channel and promotes a version to it", async () => {
  await using page = await openSignedIn();
  page.go("/buckets/ubuntu-base/channels");
  await page.user.click(await screen.findByRole("button", { name: "New channel…" }));
  await page.user.type(screen.getByLabelText("Name"), "production{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("already");
  await page.user.type(screen.getByLabelText("Name"), "-eu{Enter}");
  await page.user.click(await screen.findByRole("button", { name: "Assign production-eu …" }));
  await page.user.click(await screen.findByRole("radio", { name: /^v3/ }));
  await page.user.click(screen.getByRole("button", { name: "Promote to v3" }));
  const row = (await screen.findByRole("link", { name: "production-eu" })).closest("li");
  expect(await within(row as HTMLElement).findByRole("link", { name: "v3" })).toBeTruthy();
});

it("leaves the channel that the registry moves to the registry", async () => {
  await using page = await openSignedIn();
  page.go("/buckets/ubuntu-base/channels/latest");
  expect(await screen.findByText("Moved by the registry")).toBeTruthy();
  await screen.findByRole("list", { name: "Assignments, newest first" });
  expect(entries().length).toBeGreaterThan(0);
  expect(screen.queryByRole("button", { name: /Roll back|Assign/ })).toBeNull();
});
