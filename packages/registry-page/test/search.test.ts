// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { VENDOR_IMAGE } from "./fake-registry/seed.ts";
import { openSignedIn } from "./support/page.tsx";

it("tells which template made an image, and what was built on it", async () => {
  await using page = await openSignedIn();
  const search = screen.getByRole("searchbox", { name: "Search by image id" });
  await page.user.type(search, "ami-ubuntu-base-v3-us-east-1{Enter}");
  const found = await screen.findByRole("article", { name: "ubuntu-base v3" });
  expect(found.textContent).toContain("amazon-ebs.server on aws in us-east-1");
  expect(await within(found).findByText("images/linux/template.pkr.hcl")).toBeTruthy();
  expect(await within(found).findByRole("link", { name: "web-server v2" })).toBeTruthy();
  expect(within(found).getByRole("link", { name: "api-server v1" })).toBeTruthy();
  expect(document.activeElement?.textContent).toBe("Which template made this image?");
});

it("finds an id with slashes, and none in another region", async () => {
  await using page = await openSignedIn();
  const search = screen.getByRole("searchbox", { name: "Search by image id" });
  await page.user.type(search, "registry.example.com/tools@sha256:build-tools-v1{Enter}");
  expect(await screen.findByRole("article", { name: "build-tools v1" })).toBeTruthy();
  await page.user.type(screen.getByLabelText("Region (any)"), "eu-central-1{Enter}");
  expect(await screen.findByText("No build of this project made it")).toBeTruthy();
});

it("tells what was built on an image that no build made", async () => {
  await using page = await openSignedIn();
  page.go(`/search/${encodeURIComponent(VENDOR_IMAGE)}`);
  const found = await screen.findByRole("article", { name: VENDOR_IMAGE });
  expect(found.textContent).toContain("Not in this registry");
  const names = within(found).getAllByRole("link");
  expect(names.map((link) => link.textContent)).toEqual([
    "ubuntu-base v4",
    "ubuntu-base v3",
    "ubuntu-base v2",
    "ubuntu-base v1",
  ]);
  await page.user.type(screen.getByLabelText("Platform (any)"), "gce{Enter}");
  expect(await screen.findByText("No build of this project made it")).toBeTruthy();
});
