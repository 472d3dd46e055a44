import { startRegistry } from "@packerkit/registry/server";
import { buildPage } from "@packerkit/registry-page/folder";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accessibilityViolations,
  DEVICES,
  enter,
  focusOf,
  settled,
  shoot,
  signIn,
  tabTo,
  visit,
  widthOf,
} from "../fixtures/registry-page/browser.ts";
import { HOSTILE, seedRegistry, signInTo, VENDOR_IMAGE } from "../fixtures/registry-page/seed.ts";
import { startChromium } from "../src/chromium.ts";

const registry = await startRegistry({
  storage: { memory: true },
  port: 0,
  tls: "off",
  settings: { pageFolder: await buildPage(), requestsPerSecond: 100_000 },
});
const { environment, fingerprints, baseImage } = await seedRegistry(registry);
const { url } = registry;
let browser: Browser;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  await registry.close();
});

const open = (options?: Parameters<typeof visit>[2]) => visit(browser, url, options, environment);

const versionPath = (name: string) => {
  const [bucket] = name.split(" ");
  return `buckets/${bucket}/versions/${fingerprints.get(name)}`;
};

/** All kinds of places, by what their pictures are called. */
const places: [name: string, path: string, act?: (page: Page) => Promise<void>][] = [
  ["buckets", ""],
  ["bucket", "buckets/ubuntu-base"],
  ["channels", "buckets/ubuntu-base/channels"],
  ["channel", "buckets/ubuntu-base/channels/production"],
  ["version", versionPath("ubuntu-base v2")],
  ["hostile version", versionPath(`${HOSTILE.bucket} v1`)],
  ["unfinished", "buckets/unfinished"],
  ["ancestry", `${versionPath("web-server v1")}/ancestry`],
  ["search", `search/${baseImage}`],
  ["search vendor", `search/${VENDOR_IMAGE}`],
  ["search nothing", "search/ami-nowhere"],
  ["missing", "buckets/no-such-bucket"],
  ["revoke", versionPath("ubuntu-base v2"), press("Revoke…")],
  ["assign", "buckets/ubuntu-base/channels/production", press("Roll back to v2…")],
];

function press(name: string) {
  return async (page: Page) => await page.getByRole("button", { name }).first().click();
}

async function goTo(page: Page, path: string): Promise<void> {
  await page.goto(`${url}/#/${path}`);
  await settled(page);
}

/** What the registry itself says, asked without the page. */
// biome-ignore lint/suspicious/noExplicitAny: what the registry answers
async function ask(path: string): Promise<any> {
  const { token, root } = await signInTo(url, environment);
  const answer = await fetch(root + path, { headers: { authorization: `Bearer ${token}` } });
  return await answer.json();
}

describe("the registry's page in Chromium", () => {
  it("signs in, says so where it cannot, and stays signed in over a reload", async () => {
    await using visiting = await visit(browser, url);
    const { page, complaints } = visiting;
    await shoot(page, "sign in");
    await enter(page, { ...environment, HCP_CLIENT_SECRET: "wrong" });
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toMatch(/credentials|secret|client/i);
    await shoot(page, "sign in refused");
    await signIn(page, environment);
    await page.reload();
    await page.getByRole("list", { name: "Buckets" }).waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain(
      environment["HCP_CLIENT_SECRET"],
    );
    expect(complaints).toEqual([expect.stringContaining("401")]);
  }, 60_000);

  it("lists buckets and finds them by a word", async () => {
    await using visiting = await open();
    const { page, complaints } = visiting;
    const list = page.getByRole("list", { name: "Buckets" });
    await list.waitFor();
    expect(await list.getByRole("listitem").count()).toBeGreaterThanOrEqual(6);
    await page.getByRole("searchbox", { name: "Search buckets" }).fill("shop");
    const found = page.getByRole("list", { name: "Found buckets" });
    await found.waitFor();
    expect(await found.getByRole("link").first().textContent()).toBe("shop");
    expect(complaints).toEqual([]);
  });

  it("promotes a channel and rolls it back, and keeps its history", async () => {
    await using visiting = await open();
    const { page, complaints } = visiting;
    await goTo(page, "buckets/ubuntu-base/channels/production");
    const history = page.getByRole("list", { name: "Assignments, newest first" });
    const before = await history.getByRole("listitem").count();
    const moveTo = async (name: string) => {
      await page
        .getByRole("button", { name: `${name}…` })
        .first()
        .click();
      await page.getByRole("dialog").getByRole("button", { name, exact: true }).click();
      await page.locator("dialog").waitFor({ state: "detached" });
      return (await ask("/buckets/ubuntu-base/channels/production")).channel.version.name;
    };
    expect(await moveTo("Roll back to v2")).toBe("v2");
    expect(await moveTo("Promote to v3")).toBe("v3");
    await expect.poll(() => history.getByRole("listitem").count()).toBe(before + 2);
    expect(complaints).toEqual([]);
  });

  it("draws the ancestry: parents, children, what is out of date, and a vendor's image", async () => {
    await using visiting = await open();
    const { page, complaints } = visiting;
    await goTo(page, `${versionPath("web-server v1")}/ancestry`);
    const graph = page.getByRole("region", { name: /Ancestry as a graph/ });
    for (const name of ["ubuntu-base v2", "web-server v1", "shop v1"]) {
      await graph.getByTitle(name, { exact: true }).waitFor();
    }
    await graph.getByText(VENDOR_IMAGE).waitFor();
    await graph.getByText("Out of date").first().waitFor();
    expect(await graph.locator(".react-flow__edge").count()).toBeGreaterThanOrEqual(3);
    await graph.getByTitle("shop v1", { exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "shop v1" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("answers which template made an image, and what was built on it", async () => {
    await using visiting = await open();
    const { page, complaints } = visiting;
    await page.getByRole("search").getByRole("searchbox").fill(baseImage);
    await page.getByRole("search").getByRole("button", { name: "Search" }).click();
    await page.getByRole("heading", { name: "ubuntu-base v2" }).waitFor();
    await settled(page);
    const main = await page.getByRole("main").textContent();
    expect(main).toContain("images/base.pkr.hcl");
    expect(main).toContain("web-server v1");
    expect(main).toContain("api-server v1");
    await goTo(page, `${versionPath("ubuntu-base v2")}/ancestry`);
    await page.getByRole("link", { name: VENDOR_IMAGE }).first().click();
    await page.getByRole("article", { name: VENDOR_IMAGE }).waitFor();
    await page.getByRole("link", { name: "ubuntu-base v3" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows hostile labels and descriptions as text, and runs nothing of them", async () => {
    await using visiting = await open();
    const { page, complaints } = visiting;
    for (const path of [
      "",
      `buckets/${HOSTILE.bucket}`,
      versionPath(`${HOSTILE.bucket} v1`),
      `${versionPath(`${HOSTILE.bucket} v1`)}/ancestry`,
      `search/${encodeURIComponent(HOSTILE.label)}`,
    ]) {
      await goTo(page, path);
      expect(await page.evaluate(() => "hacked" in globalThis), path).toBe(false);
      expect(await page.locator("img").count(), path).toBe(0);
    }
    await goTo(page, versionPath(`${HOSTILE.bucket} v1`));
    expect(await page.getByRole("main").textContent()).toContain(HOSTILE.label);
    await goTo(page, `buckets/${HOSTILE.bucket}`);
    expect(await page.getByRole("main").textContent()).toContain(HOSTILE.description);
    expect(complaints).toEqual([]);
  });

  it("can be worked with the keyboard alone, and shows where the focus is", async () => {
    await using visiting = await open();
    const { page, complaints } = visiting;
    await page.keyboard.press("Tab");
    expect(await focusOf(page)).toMatchObject({ text: "Skip to the content", isMarked: true });
    await tabTo(page, "ubuntu-base");
    await page.keyboard.press("Enter");
    await page.getByRole("list", { name: "Versions" }).waitFor();
    await tabTo(page, "v2");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "ubuntu-base v2" }).waitFor();
    await tabTo(page, "Revoke…");
    await page.keyboard.press("Enter");
    await page.getByText("What this will do").waitFor();
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press("Tab");
      expect((await focusOf(page)).isInDialog, `Tab number ${step + 1}`).toBe(true);
    }
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    expect(await focusOf(page)).toMatchObject({ text: "Revoke…" });
    expect(complaints).toEqual([]);
  });

  it("tells loading, failing and empty apart, and tries again", async () => {
    await using visiting = await open();
    const { page } = visiting;
    let answer: "wait" | "fail" | "go on" = "wait";
    const { promise: waited, resolve: goOn } = Promise.withResolvers<void>();
    await page.route("**/buckets?**", async (route) => {
      if (answer === "wait") await waited;
      await (answer === "fail" ? route.abort() : route.continue());
    });
    await page.reload();
    await page.getByRole("status").filter({ hasText: "Loading buckets…" }).waitFor();
    await shoot(page, "loading");
    answer = "fail";
    goOn();
    await page.getByRole("alert").filter({ hasText: "No answer" }).waitFor();
    await shoot(page, "failing");
    answer = "go on";
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("list", { name: "Buckets" }).waitFor();

    await page.route("**/buckets?**", (route) =>
      route.fulfill({ json: { buckets: [], pagination: {} } }),
    );
    await page.reload();
    await page.getByText("No buckets yet").waitFor();
    await shoot(page, "empty");
  });

  it.each(Object.entries(DEVICES))(
    "fits and is accessible to all in every place: %s",
    async (device, options) => {
      await using visiting = await open(options);
      const { page, complaints } = visiting;
      const problems: string[] = [];
      for (const [name, path, act] of places) {
        await goTo(page, path);
        await act?.(page);
        await settled(page);
        const { contents, room } = await widthOf(page);
        if (contents > room) problems.push(`${name} is ${contents} pixels wide on ${room}`);
        const violations = await accessibilityViolations(page);
        problems.push(...violations.map((violation) => `${name}: ${violation}`));
        await shoot(page, `${device} ${name}`);
        if (act !== undefined) await page.keyboard.press("Escape");
      }
      expect(problems).toEqual([]);
      expect(complaints.filter((one) => !one.includes("404"))).toEqual([]);
    },
  );

  it("shows what a revocation will do, does it, and marks it in the ancestry", async () => {
    await using visiting = await open();
    const { page, complaints } = visiting;
    await goTo(page, versionPath("ubuntu-base v2"));
    await press("Revoke…")(page);
    const impact = page.getByRole("region", { name: "What this will do" });
    await impact.getByText("3 versions built on it are revoked with it").waitFor();
    for (const name of ["web-server v1", "api-server v1", "shop v1"]) {
      await impact.getByText(name, { exact: true }).waitFor();
    }
    expect(await impact.textContent()).toContain("shop latest: v1 →goes to no version");
    await page.getByLabel("Why, for those who are refused").fill("its OpenSSL is broken");
    await page.getByRole("button", { name: "Revoke now" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    const { version } = await ask(`/${versionPath("shop v1")}`);
    expect(version).toMatchObject({
      status: "VERSION_REVOKED",
      revocation_message: "its OpenSSL is broken",
    });
    await goTo(page, `${versionPath("ubuntu-base v2")}/ancestry`);
    const graph = page.getByRole("region", { name: /Ancestry as a graph/ });
    await expect.poll(() => graph.locator(".member-revoked").count()).toBe(4);
    await shoot(page, "ancestry revoked");
    await goTo(page, versionPath("shop v1"));
    await shoot(page, "revoked by its parent");
    expect(complaints).toEqual([]);
  });
});
