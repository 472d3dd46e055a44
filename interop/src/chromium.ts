import { type Browser, chromium } from "playwright-core";
import { ensureDebianProgram } from "./debian.ts";

/** A headless browser that speaks to nobody but the addresses that a test opens. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts Debian's Chromium, installed first where it is not there.
 *
 * @throws {PeerError} `PEER_MISSING` where it is not there and cannot be installed.
 */
export async function startChromium(): Promise<Browser> {
  const executablePath = await ensureDebianProgram("chromium", "chromium", "chromium");
  return await chromium.launch({ executablePath, args: FLAGS });
}
