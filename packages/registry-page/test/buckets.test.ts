// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { openSignedIn } from "./support/page.tsx";

const listed = (name = "Buckets") =>
  within(screen.getByRole("list", { name }))
    .getAllByRole("heading", { level: 2 })
    .map((heading) => heading.textContent);

it("goes through the buckets page by page", async () => {
  await using page = await openSignedIn({ fillers: 40 });
  const first = listed();
  expect(first).toHaveLength(25);
  await page.user.click(screen.getByRole("button", { name: "Next" }));
  await screen.findByText("Page 2");
  await waitFor(() => expect(listed()).toHaveLength(47 - 25));
  expect(listed()).not.toContain(first[0]);
  await page.user.click(screen.getByRole("button", { name: "Previous" }));
  await waitFor(() => expect(listed()).toEqual(first));
});

it("finds buckets on any page by name, description and label", async () => {
  await using page = await openSignedIn({ fillers: 40 });
  const search = screen.getByRole("searchbox", { name: "Search buckets" });
  await page.user.type(search, "PCI dss");
  await screen.findByRole("list", { name: "Found buckets" });
  await waitFor(() => expect(listed("Found buckets")).toEqual(["payments"]));
  await page.user.clear(search);
  await page.user.type(search, "cis-level-1");
  await waitFor(() => expect(listed("Found buckets")).toEqual(["ubuntu-base"]));
  await page.user.clear(search);
  await page.user.type(search, "nowhere");
  expect(await screen.findByText("No bucket has “nowhere”")).toBeTruthy();
});

it("shows what others wrote as text only", async () => {
  await using page = await openSignedIn();
  page.go("/buckets/build-tools");
  expect(await screen.findByText('<img src=x onerror="document.title=1">')).toBeTruthy();
  expect(document.querySelector("img")).toBeNull();
  expect(document.querySelector("a[href^='javascript']")).toBeNull();
});

it("says that it is loading, then what went wrong, and tries again", async () => {
  await using page = await openSignedIn();
  const answerNow = page.registry.holdBack(/ubuntu-base$/);
  page.go("/buckets/ubuntu-base");
  expect((await screen.findByRole("status")).textContent).toBe("Loading the bucket…");
  page.registry.failNext(/versions$/, 9, "the project's registry is deactivated");
  answerNow();
  const problem = await screen.findByRole("alert");
  expect(problem.textContent).toContain("the project's registry is deactivated");
  await page.user.click(within(problem).getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("list", { name: "Versions" })).toBeTruthy();
});

it("says what there is not", async () => {
  await using page = await openSignedIn();
  page.go("/buckets/new-service");
  expect(await screen.findByText("No versions yet")).toBeTruthy();
  page.go("/buckets/no-such-bucket");
  expect(await screen.findByText("There is no such bucket")).toBeTruthy();
  page.go("/nowhere/at/all");
  expect(await screen.findByText("This address leads nowhere.")).toBeTruthy();
});
