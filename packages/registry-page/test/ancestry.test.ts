// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { loadFamily } from "../src/ancestry/family.ts";
import { layOut } from "../src/ancestry/layout.ts";
import { signIn } from "../src/api/index.ts";
import { VENDOR_IMAGE } from "./fake-registry/seed.ts";
import { PRINCIPAL } from "./fake-registry/server.ts";
import { pathOf } from "./support/named.ts";
import { openPage, openSignedIn } from "./support/page.tsx";

const LIMITS = { generations: 6, fanOut: 40, members: 240 };

it("lists ancestors and descendants with what is out of date, revoked or not tracked", async () => {
  await using page = await openSignedIn();
  page.go("/buckets/payments/ancestry");
  const heading = await screen.findByRole("heading", { name: "As a list" });
  const list = heading.closest("section") as HTMLElement;
  const line = (link: string) =>
    within(list).getByRole("link", { name: link }).closest("span")?.textContent;
  expect(line("api-server v1")).toContain("Out of date");
  expect(line("ubuntu-base v3")).not.toContain("Out of date");
  expect(line("ubuntu-base v3")).toContain("channel production, now at v4");
  expect(within(list).getByText(VENDOR_IMAGE).closest("span")?.textContent).toContain(
    "Not in this registry",
  );
  expect(within(list).getByText("Nothing.")).toBeTruthy();
});

it("finds all generations in both directions, and places parents before children", async () => {
  await using page = await openPage();
  const { registry } = page;
  const session = await signIn(registry.origin, PRINCIPAL);
  const centre = pathOf(registry, "ubuntu-base", 3);
  const family = await loadFamily(session, centre, LIMITS);
  const names = [...family.members.values()].map((member) =>
    member.kind === "version" ? `${member.bucket} ${member.name}` : member.identifier,
  );
  expect(names.toSorted()).toEqual([
    VENDOR_IMAGE,
    "api-server v1",
    "payments v1",
    "ubuntu-2404-noble-amd64-v20250901",
    "ubuntu-base v3",
    "web-server v2",
  ]);
  expect(family.isCut).toBe(false);
  const { places } = layOut(family, "LR");
  for (const { parent, child } of family.links) {
    expect(places.get(parent)?.x).toBeLessThan(places.get(child)?.x ?? 0);
  }
});

it("leaves out what is beyond its limits, and says so", async () => {
  await using page = await openPage();
  const { registry } = page;
  const session = await signIn(registry.origin, PRINCIPAL);
  const centre = pathOf(registry, "ubuntu-base", 3);
  const narrow = await loadFamily(session, centre, { ...LIMITS, fanOut: 1 });
  expect(narrow.isCut).toBe(true);
  expect(narrow.members.get(narrow.centre)).toHaveProperty("hiddenChildren", 1);
  const shallow = await loadFamily(session, centre, { ...LIMITS, generations: 1 });
  expect(shallow.isCut).toBe(true);
  expect([...shallow.members.keys()].join()).not.toContain("payments");
});
