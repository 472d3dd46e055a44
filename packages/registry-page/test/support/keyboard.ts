import type { Page } from "playwright-core";

/** Works the page with the keyboard alone, from the list of buckets; what comes back is what did not work. */
export async function workByKeyboard(page: Page): Promise<string[]> {
  const troubles: string[] = [];
  const expectFocus = async (name: string, step: string) => {
    const focused = await focusOf(page);
    if (!focused.name.includes(name)) troubles.push(`${step}: the focus is on ${focused.name}`);
    return focused;
  };
  await page.goto(`${new URL(page.url()).origin}/`);
  await page.getByRole("list", { name: "Buckets" }).waitFor();
  await page.keyboard.press("Tab");
  const skip = await expectFocus("Skip to the content", "the first Tab");
  if (!skip.isMarked) troubles.push("the skip link shows no mark of the focus");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expectFocus("Search buckets", "Tab after skipping");
  await page.keyboard.type("ubuntu");
  await page.getByRole("list", { name: "Found buckets" }).waitFor();
  await page.getByRole("link", { name: "ubuntu-base" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("list", { name: "Versions" }).waitFor();
  await expectFocus("ubuntu-base", "arriving at a bucket");
  await page.getByRole("link", { name: "v4", exact: true }).focus();
  await page.keyboard.press("Enter");
  const revoke = page.getByRole("button", { name: "Revoke…" });
  await revoke.focus();
  await page.keyboard.press("Enter");
  await page.getByText("What this will do").waitFor();
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press("Tab");
    const { isInDialog, name } = await focusOf(page);
    if (!isInDialog) troubles.push(`Tab number ${step + 1} leaves the dialog for ${name}`);
  }
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await expectFocus("Revoke…", "closing a dialog");
  return troubles;
}

async function focusOf(page: Page) {
  return await page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    const { outlineStyle, outlineWidth } = getComputedStyle(element ?? document.body);
    return {
      name:
        element?.getAttribute("aria-label") ??
        element?.closest("label")?.textContent ??
        element?.textContent ??
        "",
      isMarked: outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0,
      // The browser's own bar comes after a modal dialog's last control; the page then has no focus at all.
      isInDialog: element === document.body || element?.closest("dialog") !== null,
    };
  });
}
