import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type Credentials, signIn } from "../../src/api/index.ts";
import { FakeRegistry, PRINCIPAL } from "../fake-registry/server.ts";
import { workByKeyboard } from "./keyboard.ts";
import { MISSING, type Place, placesOf } from "./places.ts";
import { serveFolder } from "./static-files.ts";

/*
 * Works the built page in Chromium and takes pictures of its places, on a desk, on a phone and in the dark, into
 * `.cache/screenshots`. Fails where a page logs an error, breaks its Content-Security-Policy, is wider than its screen or
 * cannot be worked with the keyboard. The registry is a fake one, unless `REGISTRY_URL`, `HCP_CLIENT_ID` and
 * `HCP_CLIENT_SECRET` name another with the same buckets.
 */
const root = join(import.meta.dirname, "../..");
const folder = join(root, ".cache/screenshots");

const DEVICES: Record<string, BrowserContextOptions> = {
  desk: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: "dark" },
};

const registry = await FakeRegistry.start({ fillers: 40, files: serveFolder(join(root, "dist")) });
const { REGISTRY_URL, HCP_CLIENT_ID, HCP_CLIENT_SECRET, CHROMIUM } = process.env;
const origin = REGISTRY_URL ?? registry.origin;
const credentials: Credentials =
  REGISTRY_URL === undefined
    ? PRINCIPAL
    : { clientId: HCP_CLIENT_ID ?? "", clientSecret: HCP_CLIENT_SECRET ?? "" };
const places = await placesOf(await signIn(origin, credentials));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: CHROMIUM ?? "/usr/bin/chromium",
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
    if (message.type() === "error" && !isExpected) note(device, page.url(), message.text());
  });
  page.on("pageerror", (error) => note(device, page.url(), String(error)));
  await page.goto(origin);
  await shoot(page, device, "sign-in");
  await page.getByLabel("Client id").fill(credentials.clientId);
  await page.getByLabel("Client secret").fill(credentials.clientSecret);
  await page.keyboard.press("Enter");
  await page.getByRole("list", { name: "Buckets" }).waitFor();
  for (const place of places) await lookAt(page, device, place);
  if (device === "desk") {
    for (const trouble of await workByKeyboard(page)) note(device, "keyboard", trouble);
  }
  await context.close();
}

async function lookAt(page: Page, device: string, { name, path, act }: Place): Promise<void> {
  await page.goto(`${origin}/#${path}`);
  await page.locator("h1").waitFor();
  await page.locator(".loading").first().waitFor({ state: "detached" });
  await act?.(page);
  await page.waitForLoadState("networkidle");
  await page.locator(".loading").first().waitFor({ state: "detached" });
  await shoot(page, device, name);
  if (await page.locator("dialog").count()) await page.keyboard.press("Escape");
}

async function shoot(page: Page, device: string, name: string): Promise<void> {
  const [scroll, client] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth] as const;
  });
  if (scroll > client) note(device, name, `is ${scroll} px wide on ${client}`);
  const fullPage = !(await page.locator("dialog").count());
  await page.screenshot({ path: join(folder, `${device}-${name}.png`), fullPage });
}

function note(device: string, where: string, what: string): void {
  troubles.push(`${device}, ${where}: ${what}`);
}
