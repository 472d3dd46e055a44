// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { PRINCIPAL } from "./fake-registry/server.ts";
import { openPage, openSignedIn } from "./support/page.tsx";

it("tells why a principal is refused, and lets it try again", async () => {
  await using page = await openPage();
  await page.user.type(screen.getByLabelText("Client id"), PRINCIPAL.clientId);
  await page.user.type(screen.getByLabelText("Client secret"), "wrong");
  await page.user.click(screen.getByRole("button", { name: "Sign in" }));
  expect((await screen.findByRole("alert")).textContent).toContain("the secret is wrong");

  await page.user.clear(screen.getByLabelText("Client secret"));
  await page.user.type(screen.getByLabelText("Client secret"), `${PRINCIPAL.clientSecret}{Enter}`);
  expect(await screen.findByRole("heading", { name: "Buckets" })).toBeTruthy();
  expect(screen.getByText("images")).toBeTruthy();
});

it("keeps the token for the tab, and the secret nowhere", async () => {
  await using page = await openSignedIn();
  const kept = JSON.stringify(Object.entries(sessionStorage));
  expect(kept).toContain("page-test-token");
  expect(kept).not.toContain(PRINCIPAL.clientSecret);
  expect(localStorage.length).toBe(0);
  expect(document.cookie).toBe("");

  await page.user.click(screen.getByRole("button", { name: "Sign out" }));
  expect(screen.getByRole("button", { name: "Sign in" })).toBeTruthy();
  expect(sessionStorage.length).toBe(0);
});

it("asks for the principal again once the registry takes the token no longer", async () => {
  await using page = await openSignedIn();
  page.registry.endSessions();
  page.go("/buckets/ubuntu-base");
  expect(await screen.findByText("Your session has ended. Sign in to go on.")).toBeTruthy();
  expect(location.hash).toBe("#/buckets/ubuntu-base");
});
