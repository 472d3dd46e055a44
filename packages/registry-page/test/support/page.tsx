import { cleanup, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import type { DetachedWindowAPI } from "happy-dom";
import { App } from "../../src/app.tsx";
import { FakeRegistry, PRINCIPAL } from "../fake-registry/server.ts";

/** A page that somebody sits before, and the registry behind it. */
export interface OpenPage extends AsyncDisposable {
  registry: FakeRegistry;
  user: ReturnType<typeof userEvent.setup>;
  /** Goes to a place of the page, as by its address. */
  go(path: string): void;
}

/** The sign-in page, served by a registry of its own. */
export async function openPage({ fillers = 0 } = {}): Promise<OpenPage> {
  const registry = await FakeRegistry.start({ fillers });
  const { happyDOM } = window as unknown as { happyDOM: DetachedWindowAPI };
  happyDOM.setURL(`${registry.origin}/`);
  sessionStorage.clear();
  const user = userEvent.setup();
  render(<App />);
  return {
    registry,
    user,
    go: (path) => {
      location.hash = path;
    },
    [Symbol.asyncDispose]: async () => {
      cleanup();
      await registry.close();
    },
  };
}

/** The page, signed in; `path` is where it is opened. */
export async function openSignedIn(options?: { fillers?: number }): Promise<OpenPage> {
  const page = await openPage(options);
  await page.user.type(screen.getByLabelText("Client id"), PRINCIPAL.clientId);
  await page.user.type(screen.getByLabelText("Client secret"), PRINCIPAL.clientSecret);
  await page.user.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByRole("list", { name: "Buckets" });
  return page;
}
