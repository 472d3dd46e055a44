import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { FakeRegistry, PRINCIPAL } from "../fake-registry/server.ts";
import { serveFolder } from "./static-files.ts";

/**
 * Takes pictures of the built page in Chromium, on a desk, on a phone and in the dark, into `.cache/screenshots`; fails
 * where a page logs an error, breaks its Content-Security-Policy or is wider than its screen.
 */
const root = join(import.meta.dirname, "../..");
const folder = join(root, ".cache/screenshots");

const DEVICES: Record<string, BrowserContextOptions> = {
  desk: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: "dark" },
};

const MISSING = "/buckets/no-such-bucket";

type Place = [name: string, path: string, act?: (page: Page) => Promise<unknown>];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const registry = await FakeRegistry.start({ fillers: 40, files: serveFolder(join(root, "dist")) });
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const troubles: string[] = [];
try {
  for (const [device, options] of Object.entries(DEVICES)) await lookOn(device, options);
} finally {
  await browser.close();
  await registry.close();
}
for (const trouble of troubles) console.error(trouble);
process.exitCode = troubles.length === 0 ? 0 : 1;

async function lookOn(device: string, options: BrowserContextOptions): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", (message) => {
    const isExpected = page.url().endsWith(MISSING) && message.text().includes("404");
    if (message.type() === "error" && !isExpected)
      troubles.push(`${device} ${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`${device} ${page.url()}: ${error}`));
  await page.goto(registry.origin);
  await shoot(page, device, "sign-in");
  await page.getByLabel("Client id").fill(PRINCIPAL.clientId);
  await page.getByLabel("Client secret").fill(PRINCIPAL.clientSecret);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("list", { name: "Buckets" }).waitFor();
  for (const [name, path, act] of places()) {
    await page.goto(`${registry.origin}/#${path}`);
    await page.waitForLoadState("networkidle");
    await act?.(page);
    await page.waitForTimeout(350);
    await shoot(page, device, name);
    if (await page.locator("dialog").count()) await page.keyboard.press("Escape");
  }
  await context.close();
}

async function shoot(page: Page, device: string, name: string): Promise<void> {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  if (scroll > client) troubles.push(`${device} ${name}: ${scroll} px wide on ${client}`);
  const fullPage = !(await page.locator("dialog").count());
  await page.screenshot({ path: join(folder, `${device}-${name}.png`), fullPage });
}

function places(): Place[] {
  const version = (bucket: string, name: number) =>
    registry.store.versions.find((one) => one.bucket === bucket && one.number === name);
  const at = (bucket: string, name: number, rest = "") =>
    `/buckets/${bucket}/versions/${version(bucket, name)?.fingerprint}${rest}`;
  const image = version("ubuntu-base", 3)?.builds[0]?.artifacts[0]?.id ?? "";
  const open = (name: string | RegExp) => (page: Page) =>
    page.getByRole("button", { name }).first().click();
  return [
    ["buckets", "/"],
    ["bucket", "/buckets/ubuntu-base"],
    ["bucket-hostile", "/buckets/build-tools"],
    ["bucket-empty", "/buckets/new-service"],
    ["bucket-missing", MISSING],
    ["channels", "/buckets/ubuntu-base/channels"],
    ["channel", "/buckets/ubuntu-base/channels/production"],
    ["assign", "/buckets/ubuntu-base/channels/production", open("Roll back to v3")],
    ["version", at("ubuntu-base", 4)],
    ["version-revoked", at("web-server", 1)],
    ["revoke", at("ubuntu-base", 3), open("Revoke…")],
    ["ancestry", at("ubuntu-base", 3, "/ancestry")],
    ["ancestry-revoked", at("ubuntu-base", 2, "/ancestry")],
    ["ancestry-bucket", "/buckets/payments/ancestry"],
    ["search", `/search/${encodeURIComponent(image)}`],
    ["search-nothing", "/search/ami-0c7217cdde317cfec"],
  ];
}
